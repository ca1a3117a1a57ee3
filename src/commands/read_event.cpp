#include "commands/read_event.hpp"

#include "base/text.hpp"
#include "event/field_value.hpp"
#include "json/number.hpp"
#include "json/reader.hpp"
#include "system/file.hpp"

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

Origin argument(const std::string& name) {
  return {Origin::Source::flag, name};
}

// Replaces `@FILE` by the modification time of FILE. Throws Failure (noinput) when it cannot be
// read.
void read_time(FieldFlag& flag) {
  const bool is_time =
      flag.field->type == FieldType::timestamp || flag.form == GivenField::Form::since;
  if (is_time && flag.text.starts_with('@')) {
    const std::string path = flag.text.substr(1);
    const auto time = modification_time(path);
    if (!time) {
      throw file_failure(argument(flag.given().name()), cannot_read(path, time.error()));
    }
    flag.text = unix_seconds(*time);
  }
}

// Returns advice for a value given as text that would be valid as JSON, such as `duration=12.5`;
// empty otherwise.
std::string remedy(const EventArguments& command, const EventMistake& mistake) {
  const auto fields = command.type->fields;
  const auto field = std::ranges::find(fields, mistake.member, &Field::name);
  if (field == fields.end() || field->type == FieldType::string) {
    return "";
  }
  for (const ExtraField& extra : command.extras) {
    const bool is_text = !extra.is_json && !extra.is_file;
    const auto json = compact_json(number_with_bare_point(extra.text).value_or(extra.text));
    if (is_text && name_of(extra) == mistake.member && json && read_json(*field, *json)) {
      return ", give it as " + quote(key_of(extra) + ":=" + extra.text);
    }
  }
  return "";
}

} // namespace

boost::system::result<Event, EventMistake> read_event(EventArguments command,
                                                      const std::optional<Measurement>& measurement,
                                                      Instant now, Deadline deadline) {
  for (FieldFlag& flag : command.fields) {
    read_time(flag);
  }
  for (ExtraField& extra : command.extras) {
    if (extra.is_file) {
      extra.text = read_named_file(extra.text, argument(key_of(extra)), deadline);
    }
  }
  const auto object = object_of(command.extras);
  if (!object) {
    return object.error();
  }
  JsonReader extras;
  extras.read_object(*object);
  auto given = given_event(command, extras.members());
  if (!given) {
    return given.error();
  }
  given->measurement = measurement;
  auto event = build_event(*command.type, *given, now);
  if (!event) {
    EventMistake mistake = event.error();
    mistake.text += remedy(command, mistake);
    return mistake;
  }
  return event;
}

} // namespace metrics_event
