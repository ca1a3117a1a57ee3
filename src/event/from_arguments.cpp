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
                          quote(field.name) + " is a field; give it as --" + kebab_case(field.name),
                          ""};
    }
  }
  return std::nullopt;
}

} // namespace

std::vector<FieldText> field_variables(const EventType& type, const Environment& environment) {
  std::vector<FieldText> variables;
  for (const Field& field : type.fields) {
    auto text = field.variable.empty() ? std::nullopt : environment(std::string{field.variable});
    if (text && !text->empty()) {
      variables.push_back({&field, *std::move(text), GivenField::Form::variable});
    }
  }
  return variables;
}

boost::system::result<GivenEvent, EventMistake>
given_event(const EventArguments& arguments, std::span<const Member> members, bool will_measure) {
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
  given->takes_variables = true;
  for (const FieldText& flag : arguments.fields) {
    given->fields.push_back(flag.given());
  }
  for (const FieldText& variable : arguments.variables) {
    if (find(given->fields, *variable.field) == nullptr &&
        !is_measured(*variable.field, will_measure)) {
      given->fields.push_back(variable.given());
    }
  }
  return given;
}

} // namespace metrics_event
