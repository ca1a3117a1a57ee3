#include "event/from_arguments.hpp"

#include "base/text.hpp"

namespace metrics_event {
namespace {

// Finds a field that is given as a key although only its flag gives it: the timestamp, and, unless
// the event was named by `send`, every field that has a flag and takes one value.
std::optional<EventMistake> find_bad_key(const GivenEvent& given, bool is_by_key) {
  for (const GivenField& one : given.fields) {
    const Field& field = *one.field;
    if (&field == &timestamp_field || (!is_by_key && !field.takes_key())) {
      return EventMistake{ExitCode::usage,
                          quote(field.name) + " is a field, give it as --" + kebab_case(field.name),
                          ""};
    }
  }
  return std::nullopt;
}

} // namespace

boost::system::result<GivenEvent, EventMistake> given_event(const EventArguments& arguments,
                                                            std::span<const Member> members) {
  boost::system::result<GivenEvent, EventMistake> given{GivenEvent{}};
  if (!members.empty()) { // as in most events, whose shape need not be made
    given = sort_members(EventShape{*arguments.type}, members);
    if (!given) {
      return given;
    }
    if (auto mistake = find_bad_key(*given, arguments.is_by_key)) {
      return *std::move(mistake);
    }
  }
  given->is_json = arguments.is_by_key;
  for (std::size_t i = 0; i < arguments.fields.size(); ++i) {
    given->fields.push_back(arguments.fields[i].given());
  }
  return given;
}

} // namespace metrics_event
