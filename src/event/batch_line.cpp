#include "event/batch_line.hpp"

#include "base/exit_code.hpp"
#include "event/event.hpp"
#include "json/reader.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

constexpr std::string_view name_member = "event";
constexpr std::size_t most_known = 32;     // the most names to remember, which bounds the memory
constexpr std::size_t longest_known = 256; // in bytes; a longer name is kept until the next comes

// Returns the offset in bytes of a member's value in a text, where `a.b` is the member b of the
// object a, or 0 when there is no such member.
std::size_t offset_of(std::string_view text, std::span<const Member> members,
                      std::string_view path) {
  const auto found = std::ranges::find(members, path, &Member::name);
  if (found != members.end()) {
    return static_cast<std::size_t>(found->text.data() - text.data());
  }
  for (const Member& member : members) {
    if (path.starts_with(member.name) && path.substr(member.name.size()).starts_with('.')) {
      JsonReader nested;
      nested.read(member.text);
      return offset_of(text, nested.members(), path.substr(member.name.size() + 1));
    }
  }
  return 0;
}

} // namespace

// Returns the type that a name stands for, or null when the JSON is not a valid name of an event.
// Throws Failure when the type cannot be loaded. Few names occur in a batch, often many times, so
// the types of the last ones are remembered.
const BatchLineReader::Known* BatchLineReader::find(std::string_view json) {
  const auto known = std::ranges::find(known_, json, &Known::json);
  if (known != known_.end()) {
    known_.splice(known_.begin(), known_, known);
    return &*known;
  }
  const auto spelling = string_value(json);
  auto name = spelling ? event_name(*spelling) : std::nullopt;
  if (!name) {
    return nullptr;
  }
  const EventType* const type = types_.find(*name);
  known_.remove_if([](const Known& other) { return other.json.size() > longest_known; });
  known_.emplace_front(json, *std::move(name), type);
  if (known_.size() > most_known) {
    known_.pop_back();
  }
  return &known_.front();
}

boost::system::result<Instant, LineMistake> BatchLineReader::read(std::string_view text,
                                                                  Instant now) {
  if (!object_.read_object(text)) {
    const JsonMistake& mistake = object_.mistake();
    return LineMistake{mistake.offset + 1, mistake.text};
  }
  const auto members = object_.members();
  const auto named = std::ranges::find(members, name_member, &Member::name);
  if (named == members.end()) {
    return LineMistake{1, "the member \"event\", which names the event, is missing"};
  }
  const auto mistake_in = [&](std::string_view member, std::string why) {
    const std::size_t offset = member.empty() ? 0 : offset_of(text, members, member);
    return LineMistake{offset + 1, std::move(why)};
  };
  try {
    const Known* const known = find(named->json);
    if (known == nullptr) {
      return mistake_in(name_member,
                        "event: " +
                            Mismatch{"the name of an event such as disk_full", named->json}.text);
    }
    line_.clear();
    const auto given = sort_members(known->shape, members, &*named);
    const auto time = given ? append_event(line_, known->shape, *given, now) : given.error();
    if (!time) {
      return mistake_in(time.error().member, failure_of(time.error()).text());
    }
    return *time;
  } catch (const Failure& failure) { // the file that declares the type is broken
    return mistake_in(name_member, failure.text());
  }
}

} // namespace metrics_event
