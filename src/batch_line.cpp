#include "batch_line.hpp"

#include "text.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

constexpr std::string_view name_member = "event";

boost::system::result<Event, LineMistake> read_event(std::string_view line, const EventType& type,
                                                     const Members& members, Instant now) {
  auto event = build_event(type, sort_members(type, members), now);
  if (!event) {
    const EventMistake& mistake = event.error();
    return LineMistake{mistake.member.empty() ? 1 : offset_of(line, mistake.member) + 1,
                       mistake.text};
  }
  return *std::move(event);
}

} // namespace

boost::system::result<Event, LineMistake> read_batch_line(std::string_view line,
                                                          const EventTypes& types, Instant now) {
  const auto members = parse_members(line);
  if (!members) {
    return LineMistake{members.error().offset + 1, members.error().text};
  }
  const auto named = std::ranges::find(*members, name_member, &Member::name);
  if (named == members->end()) {
    return LineMistake{1, "the member \"event\" is missing, which names the event"};
  }
  const auto spelling = string_value(named->json);
  const auto name = spelling ? event_name(*spelling) : std::nullopt;
  if (!name) {
    return LineMistake{offset_of(line, name_member) + 1,
                       "event: " +
                           Mismatch{"the name of an event such as disk_full", named->json}.text};
  }
  try {
    const EventType* const type = types.find(*name);
    return read_event(line, type == nullptr ? EventType{.name = *name} : *type, *members, now);
  } catch (const Failure& failure) { // the file that declares the type is broken
    return LineMistake{offset_of(line, name_member) + 1, failure.text()};
  }
}

Instant DistinctTimes::next(Instant own) {
  if (own < first_ || own > last_) {
    first_ = own;
    last_ = own;
  } else {
    last_ += std::chrono::nanoseconds{1};
  }
  return last_;
}

} // namespace metrics_event
