#include "event/batch_line.hpp"

#include "base/exit_code.hpp"
#include "event/event.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "loki/push.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

constexpr std::string_view name_member = "event";
constexpr std::size_t most_known = 32;     // names, so that memory has a bound
constexpr std::size_t longest_known = 256; // bytes of a name, of which there is more than one
constexpr std::size_t room_for_labels =
    64UL * 1024; // and metadata, at most so many bytes of a push

bool fits_a_push(std::string_view line) {
  constexpr std::size_t room = largest_push - room_for_labels;
  constexpr std::size_t most_a_byte = 6; // as JSON
  return line.size() < room / most_a_byte || json_string_bound(line) <= room ||
         json_string(line).size() <= room;
}

// Where the value of a member begins in a line, in bytes, `a.b` being the b of the object a; 0 when
// there is none.
std::size_t offset_of(std::string_view line, std::span<const Member> members,
                      std::string_view path) {
  for (const Member& member : members) {
    if (member.name == path) {
      return static_cast<std::size_t>(member.text.data() - line.data());
    }
    if (path.starts_with(member.name) && path.substr(member.name.size()).starts_with('.')) {
      JsonReader nested;
      nested.read(member.text);
      return offset_of(line, nested.members(), path.substr(member.name.size() + 1));
    }
  }
  return 0;
}

} // namespace

// The type that a name stands for; null when it is no name. Throws Failure.
const EventReader::Known* EventReader::find(std::string_view json) {
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

boost::system::result<LineEvent, LineMistake> EventReader::read(std::string_view line,
                                                                Instant now) {
  if (!object_.read_object(line)) {
    const JsonMistake& mistake = object_.mistake();
    return LineMistake{mistake.offset + 1, mistake.text};
  }
  const auto members = object_.members();
  const auto named = std::ranges::find(members, name_member, &Member::name);
  if (named == members.end()) {
    return LineMistake{1, "the member \"event\" is missing, which names the event"};
  }
  const auto where_it_is_named = static_cast<std::size_t>(named->text.data() - line.data()) + 1;
  try {
    const Known* const known = find(named->json);
    if (known == nullptr) {
      return LineMistake{where_it_is_named,
                         "event: " +
                             Mismatch{"the name of an event such as disk_full", named->json}.text};
    }
    line_.clear();
    const auto given = sort_members(known->shape, members, &*named);
    const auto time = given ? append_event(line_, known->shape, *given, now) : given.error();
    if (!time) {
      const EventMistake& mistake = time.error();
      return LineMistake{mistake.member.empty() ? 1 : offset_of(line, members, mistake.member) + 1,
                         mistake.text};
    }
    if (!fits_a_push(line_)) {
      return LineMistake{1, "the event is too long for a push, which has at most " +
                                std::to_string(largest_push) + " bytes, make it shorter"};
    }
    return LineEvent{line_, *time};
  } catch (const Failure& failure) { // the file that declares the type is broken
    return LineMistake{where_it_is_named, failure.text()};
  }
}

} // namespace metrics_event
