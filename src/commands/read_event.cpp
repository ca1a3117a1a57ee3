#include "commands/read_event.hpp"

#include "base/text.hpp"
#include "event/field_value.hpp"
#include "json/number.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "system/file.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

Origin argument(const std::string& name) {
  return {Origin::Source::flag, name};
}

// Replaces `@FILE` by the modification time of FILE, in whole seconds if the type's timestamps are.
// Throws Failure (noinput) when it cannot be read.
void read_time(const EventType& type, FieldText& flag) {
  const bool is_whole = flag.field == &timestamp_field && type.has_whole_timestamps();
  const bool is_time =
      flag.field->type == FieldType::timestamp || flag.form == GivenField::Form::since;
  if (is_time && flag.text.starts_with('@')) {
    const std::string path = flag.text.substr(1);
    const auto time = modification_time(path);
    if (!time) {
      throw file_failure(argument(flag.given().name()), cannot_read(path, time.error()));
    }
    flag.text = unix_seconds(is_whole ? std::chrono::floor<std::chrono::seconds>(*time) : *time);
  }
}

// Returns whether an argument such as `duration=12.5` gives a field a text, which the field does
// not take, that would be valid as JSON.
bool is_meant_as_json(const Field& field, const ExtraField& extra) {
  if (extra.is_json || extra.is_file || read_json(field, json_string(extra.text))) {
    return false;
  }
  const auto json = compact_json(number_with_bare_point(extra.text).value_or(extra.text));
  return json && read_json(field, *json);
}

// Returns the declared field that an argument gives, or null when there is none.
const Field* field_of(const EventType& type, const ExtraField& extra) {
  const auto field = std::ranges::find(type.fields, name_of(extra), &Field::name);
  return field == type.fields.end() ? nullptr : &*field;
}

// Takes the text of KEY=TEXT for JSON where no flag would take it so.
void read_without_flag(const EventType& type, ExtraField& extra) {
  const Field* const field = field_of(type, extra);
  const Field* const declared = field != nullptr         ? field
                                : extra.path.size() == 1 ? type.extras
                                                         : nullptr;
  const bool has_flag = field != nullptr && field->has_flag;
  extra.is_json =
      extra.is_json || (declared != nullptr && !has_flag && is_meant_as_json(*declared, extra));
}

// Returns advice for a value given as text that would be valid as JSON; empty otherwise.
std::string remedy(const EventArguments& command, const EventMistake& mistake) {
  for (const ExtraField& extra : command.extras) {
    const Field* const field = field_of(*command.type, extra);
    if (field != nullptr && field->name == mistake.member && is_meant_as_json(*field, extra)) {
      return "; give it as " + quote(key_of(extra) + ":=" + extra.text);
    }
  }
  return "";
}

// Returns a mistake and its further ones.
std::vector<EventMistake> split(EventMistake mistake) {
  std::vector<EventMistake> all = std::exchange(mistake.further, {});
  all.insert(all.begin(), std::move(mistake));
  return all;
}

// Returns whether one of the mistakes is about a member.
bool names(const std::vector<EventMistake>& mistakes, const std::string& member) {
  return std::ranges::find(mistakes, member, &EventMistake::member) != mistakes.end();
}

// Puts null in the place of the values that are mistakes, so that those of other fields are found
// as well.
void put_placeholders(std::vector<ExtraField>& extras, const std::vector<EventMistake>& mistakes) {
  for (ExtraField& extra : extras) {
    if (names(mistakes, name_of(extra))) {
      extra.text = "null";
      extra.is_json = true;
    }
  }
}

// Adds mistakes, except those of placeholders.
void add_others(std::vector<EventMistake>& mistakes, std::vector<EventMistake> others,
                const EventArguments& command) {
  std::erase_if(
      others, [&mistakes](const EventMistake& mistake) { return names(mistakes, mistake.member); });
  for (EventMistake& mistake : others) {
    mistake.text += remedy(command, mistake);
    mistakes.push_back(std::move(mistake));
  }
}

} // namespace

boost::system::result<Event, EventMistake> read_event(EventArguments command,
                                                      const std::optional<Measurement>& measurement,
                                                      Instant now, Deadline deadline) {
  for (FieldText& flag : command.fields) {
    read_time(*command.type, flag);
  }
  for (ExtraField& extra : command.extras) {
    if (extra.is_file) {
      extra.text = read_named_file(extra.text, argument(key_of(extra)), deadline);
    }
    read_without_flag(*command.type, extra);
  }
  std::vector<EventMistake> mistakes;
  auto object = object_of(command.extras);
  if (!object) {
    mistakes = split(object.error());
    put_placeholders(command.extras, mistakes);
    object = object_of(command.extras);
  }
  JsonReader extras;
  extras.read_object(*object);
  auto given = given_event(command, extras.members(), measurement.has_value());
  if (!given) {
    return mistakes.empty() ? given.error() : first_of(std::move(mistakes));
  }
  given->measurement = measurement;
  auto event = build_event(*command.type, *given, now);
  if (event && mistakes.empty()) {
    return event;
  }
  if (!event) {
    add_others(mistakes, split(event.error()), command);
  }
  return first_of(std::move(mistakes));
}

} // namespace metrics_event
