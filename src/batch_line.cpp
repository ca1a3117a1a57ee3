#include "batch_line.hpp"

#include "json_text.hpp"
#include "loki.hpp"
#include "text.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

constexpr std::string_view name_member = "event";
constexpr std::size_t room_for_labels =
    64UL * 1024; // and metadata, at most so many bytes of a push

boost::system::result<Event, LineMistake> read_event(std::string_view line, const EventType& type,
                                                     Members members, Instant now) {
  std::erase_if(members, [](const Member& member) { return member.name == name_member; });
  auto event = build_event(type, sort_members(type, members), now);
  if (!event) {
    const EventMistake& mistake = event.error();
    return LineMistake{mistake.member.empty() ? 1 : offset_of(line, mistake.member) + 1,
                       mistake.text};
  }
  if (json_string_bound(event->line) > largest_push - room_for_labels &&
      json_string(event->line).size() > largest_push - room_for_labels) {
    return LineMistake{1, "the event is too long for a push, which has at most " +
                              std::to_string(largest_push) + " bytes, make it shorter"};
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
  constexpr std::size_t most_remembered = 10'000;
  constexpr std::chrono::nanoseconds step{1};
  const auto last = last_.find(own);
  Instant time = last == last_.end() ? own : last->second + step;
  while (given_.contains(time)) {
    time += step;
  }
  last_[own] = time;
  given_.insert(time);
  order_.push_back({own, time});
  if (order_.size() > most_remembered) {
    const Given& oldest = order_.front();
    given_.erase(oldest.time);
    if (last_.at(oldest.own) == oldest.time) {
      last_.erase(oldest.own);
    }
    order_.pop_front();
  }
  return time;
}

} // namespace metrics_event
