#include "schema/event_schema.hpp"

#include "base/text.hpp"
#include "cli/command.hpp"
#include "json/number.hpp"
#include "json/writer.hpp"
#include "schema/field.hpp"
#include "schema/keywords.hpp"
#include "settings/table.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <set>

namespace metrics_event {
namespace {

constexpr std::size_t most_fields = 256;
constexpr std::size_t most_properties = most_fields + 2; // timestamp and event

struct DeclaredEvent {
  EventType type;
  std::vector<Field> fields;
  FieldStore store;
};

// The flags that are taken, and what they are of.
class Flags {
public:
  Flags() {
    for (const Setting& setting : all_settings()) {
      if (setting.has_flag()) {
        owners_.emplace(setting.name, "an option of every event");
      }
    }
    for (const WordsOption& words : {help_option, version_option}) {
      owners_.emplace(words.name, "an option of every event");
    }
    take(timestamp_field, {});
  }

  void take(const Field& field, const std::string& pointer) {
    const std::string flag = kebab_case(field.name);
    take(flag, field, pointer);
    if (field.unit == Unit::seconds) {
      take(flag + "-since", field, pointer);
    }
  }

private:
  void take(const std::string& flag, const Field& field, const std::string& pointer) {
    const auto [owner, is_free] =
        owners_.emplace(flag, "a flag of " + quote(field.name) + " as well");
    if (!is_free) {
      throw SchemaMistake{pointer,
                          "its flag --" + flag + " is " + owner->second + ", rename the property"};
    }
  }

  std::map<std::string, std::string, std::less<>> owners_;
};

// The names that the `required` of an object lists, each of which is one of the properties.
std::set<std::string> required_names(const SchemaValue* required,
                                     const std::vector<SchemaMember>& properties) {
  std::set<std::string> names;
  if (required == nullptr) {
    return names;
  }
  std::vector<std::string_view> known;
  for (const SchemaMember& property : properties) {
    known.push_back(property.name);
  }
  for (const SchemaValue& element : elements_of(*required)) {
    const std::string name = text_of(element);
    if (std::ranges::find(known, name) == known.end()) {
      throw SchemaMistake{element.pointer,
                          quote(name) + " is not among the properties" + did_you_mean(name, known)};
    }
    if (!names.insert(name).second) {
      throw SchemaMistake{element.pointer, quote(name) + " is there twice"};
    }
  }
  return names;
}

std::vector<SchemaMember> properties_of(const Schema& schema) {
  const SchemaValue* const properties = schema.find("properties");
  std::vector<SchemaMember> members;
  if (properties != nullptr) {
    members = members_of(*properties);
    if (members.size() > most_properties) {
      throw SchemaMistake{properties->pointer,
                          "expected at most " + std::to_string(most_properties) +
                              " properties, got " + std::to_string(members.size())};
    }
  }
  return members;
}

void check_property_name(const SchemaMember& property) {
  const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  const std::string& name = property.name;
  // Its flag has to begin with a letter as well.
  if (name.empty() || !is_letter(name.front()) || !std::ranges::all_of(name, [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
      })) {
    throw SchemaMistake{property.value.pointer,
                        "expected a name of letters, digits and _ that begins with a letter, got " +
                            quote(name)};
  }
}

// What is ours, and not a field, may only say what is so.
void refuse_others(const Schema& schema, std::span<const std::string_view> allowed,
                   const std::string& name) {
  for (const Keyword& keyword : schema.keywords) {
    if (std::ranges::find(allowed, keyword.name) == allowed.end()) {
      throw SchemaMistake{keyword.value.pointer, quote(keyword.name) + " is not supported for " +
                                                     quote(name) + ", which is no field"};
    }
  }
  if (declared_type(schema).is_nullable) {
    throw SchemaMistake{schema.pointer, "every event has " + quote(name) + ", it cannot be null"};
  }
}

void check_timestamp(const Schema& schema) {
  constexpr std::string_view allowed[]{"$comment", "title", "description", "type", "minimum"};
  refuse_others(schema, allowed, "timestamp");
  const SchemaValue* const type = schema.find("type");
  if (type == nullptr) {
    throw SchemaMistake{schema.pointer, "expected \"type\": \"number\""};
  }
  if (type->json != "\"number\"") {
    refuse("\"number\"", *type);
  }
  const SchemaValue* const minimum = schema.find("minimum");
  if (minimum != nullptr && std::is_neq(compare_numbers(*plain_number(minimum->json), "0"))) {
    refuse("0", *minimum);
  }
}

void check_event_name(const Schema& schema, std::string_view name) {
  constexpr std::string_view allowed[]{"$comment", "title", "description", "type",
                                       "const",    "enum",  "default"};
  refuse_others(schema, allowed, "event");
  if (const SchemaValue* const type = schema.find("type");
      type != nullptr && type->json != "\"string\"") {
    refuse("\"string\"", *type);
  }
  const std::string expected = json_string(name);
  for (const std::string_view keyword : {"const", "default"}) {
    if (const SchemaValue* const value = schema.find(keyword);
        value != nullptr && value->json != expected) {
      refuse(expected + ", the name of the type", *value);
    }
  }
  if (const SchemaValue* const names = schema.find("enum")) {
    const std::vector<SchemaValue> values = elements_of(*names);
    if (std::ranges::find(values, expected, &SchemaValue::json) == values.end()) {
      refuse(expected + ", the name of the type, among them", *names);
    }
  }
}

class EventReader {
public:
  EventReader(std::string_view json, std::string_view name) : file_{json}, name_{name} {}

  std::shared_ptr<const EventType> read(std::string_view origin) {
    const Schema schema = file_.root();
    if (const SchemaValue* const type = schema.find("type");
        type != nullptr && type->json != "\"object\"") {
      refuse("\"object\"", *type);
    }
    const std::vector<SchemaMember> properties = properties_of(schema);
    const auto required = required_names(schema.find("required"), properties);
    for (const SchemaMember& property : properties) {
      add_property(property, required.contains(property.name));
    }
    const SchemaValue* const extras = schema.find("additionalProperties");
    event_->type = {.name = event_->store.keep(std::string{name_}),
                    .help = event_->store.keep(help_of(schema, name_)),
                    .fields = event_->fields,
                    .takes_extras = extras == nullptr || extras->json == "true",
                    .origin = event_->store.keep(std::string{origin})};
    return {event_, &event_->type};
  }

private:
  void add_property(const SchemaMember& property, bool is_required) {
    check_property_name(property);
    const Schema schema = file_.property(property.value);
    if (property.name == "timestamp") {
      return check_timestamp(schema);
    }
    if (property.name == "event") {
      return check_event_name(schema, name_);
    }
    const DeclaredType declared = declared_type(schema);
    if (declared.name == "object") {
      return add_object(property.name, schema, is_required && !declared.is_nullable);
    }
    add_field(property.name, schema, is_required);
  }

  void add_object(const std::string& name, const Schema& schema, bool is_required) {
    refuse_idle_keywords(schema, schema_type::object, "object");
    if (const SchemaValue* const extras = schema.find("additionalProperties");
        extras != nullptr && extras->json == "true") {
      refuse("false, as only the event itself takes others", *extras);
    }
    if (const SchemaValue* const value = schema.find("default");
        value != nullptr && value->json != "null") {
      throw SchemaMistake{
          value->pointer,
          "a \"default\" of an object is not supported, give its properties theirs"};
    }
    const std::vector<SchemaMember> members = properties_of(schema);
    if (members.empty()) {
      throw SchemaMistake{schema.pointer, "an object needs \"properties\""};
    }
    const auto required = required_names(schema.find("required"), members);
    bool is_always_there = false;
    for (const SchemaMember& member : members) {
      check_property_name(member);
      const Schema member_schema = file_.property(member.value);
      if (declared_type(member_schema).name == "object") {
        throw SchemaMistake{member_schema.pointer, "an object within an object is not supported"};
      }
      Field& field =
          add_field(name + '.' + member.name, member_schema, required.contains(member.name));
      field.in_optional_object = !is_required;
      is_always_there = is_always_there || field.required || !field.default_value.empty();
    }
    if (is_required && !is_always_there) {
      throw SchemaMistake{schema.pointer, "an object that is required needs a required property, "
                                          "or one with a default"};
    }
  }

  Field& add_field(std::string name, const Schema& schema, bool is_required) {
    if (event_->fields.size() == most_fields) {
      throw SchemaMistake{schema.pointer,
                          "expected at most " + std::to_string(most_fields) + " fields"};
    }
    Field field = read_field(schema, event_->store.keep(std::move(name)), event_->store);
    field.required = field.required && is_required;
    flags_.take(field, schema.pointer);
    return event_->fields.emplace_back(field);
  }

  SchemaFile file_;
  std::string_view name_;
  Flags flags_;
  std::shared_ptr<DeclaredEvent> event_ = std::make_shared<DeclaredEvent>();
};

} // namespace

boost::system::result<std::shared_ptr<const EventType>, SchemaMistake>
read_event_schema(std::string_view json, std::string_view name, std::string_view origin) {
  try {
    return EventReader{json, name}.read(origin);
  } catch (const SchemaMistake& mistake) {
    return mistake;
  }
}

} // namespace metrics_event
