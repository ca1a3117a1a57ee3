#include "schema/reader.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "json/number.hpp"
#include "json/writer.hpp"
#include "schema/field.hpp"
#include "schema/keywords.hpp"

#include <algorithm>
#include <compare>
#include <iterator>
#include <map>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::size_t most_fields = 256;
constexpr std::size_t most_properties = most_fields + 2; // timestamp and event

struct DeclaredEvent {
  EventType type;
  std::vector<Field> fields;
  FieldStore store;
};

void check_property_name(const SchemaValue& property) {
  const std::string& name = property.name;
  // The name must begin with a letter because its flag must.
  if (name.empty() || !is_letter(name.front()) ||
      !std::ranges::all_of(name, [](char c) { return is_letter_or_digit(c) || c == '_'; })) {
    throw SchemaMistake{property.pointer,
                        "expected a name of letters, digits and _ that begins with a letter, got " +
                            quote(name)};
  }
}

struct Property {
  SchemaValue schema;
  bool is_required = false;
};

// Returns the properties that a schema declares, with those that `required` lists marked as such.
std::vector<Property> properties_of(const Schema& schema) {
  std::vector<Property> properties;
  if (const SchemaValue* const declared = schema.find("properties")) {
    for (SchemaValue& property : members_of(*declared)) {
      check_property_name(property);
      properties.push_back({std::move(property)});
    }
    if (properties.size() > most_properties) {
      throw SchemaMistake{declared->pointer, "expected at most " + std::to_string(most_properties) +
                                                 " properties, got " +
                                                 std::to_string(properties.size())};
    }
  }
  if (const SchemaValue* const required = schema.find("required")) {
    std::vector<std::string_view> names;
    std::ranges::transform(
        properties, std::back_inserter(names),
        [](const Property& property) -> std::string_view { return property.schema.name; });
    for (const SchemaValue& element : elements_of(*required)) {
      const std::string name = text_of(element);
      const auto found = std::ranges::find(names, name);
      if (found == names.end()) {
        throw SchemaMistake{element.pointer, quote(name) + " is not among the properties" +
                                                 did_you_mean(name, names)};
      }
      Property& property = properties[static_cast<std::size_t>(found - names.begin())];
      if (std::exchange(property.is_required, true)) {
        throw SchemaMistake{element.pointer, quote(name) + " is there twice"};
      }
    }
  }
  return properties;
}

// Throws SchemaMistake when a schema has another `type`; it may also have none.
void check_type(const Schema& schema, std::string_view type) {
  const SchemaValue* const declared = schema.find("type");
  if (declared != nullptr && declared->json != quote(type)) {
    reject_value(quote(type), *declared);
  }
}

// Checks a property that every event has, `timestamp` or `event`. It is not a field, so its schema
// may only state what holds for every event.
void check_property_of_all(const Schema& schema, const std::string& name, std::string_view type,
                           std::span<const std::string_view> allowed) {
  for (const SchemaValue& keyword : schema.keywords) {
    if (std::ranges::find(allowed, keyword.name) == allowed.end()) {
      throw SchemaMistake{keyword.pointer, quote(keyword.name) + " is not supported for " +
                                               quote(name) + ", which is no field"};
    }
  }
  if (declared_type(schema).is_nullable) {
    throw SchemaMistake{schema.pointer, "every event has " + quote(name) + ", it cannot be null"};
  }
  check_type(schema, type);
}

void check_timestamp(const Schema& schema) {
  constexpr std::string_view allowed[]{"$comment", "title", "description", "type", "minimum"};
  check_property_of_all(schema, "timestamp", "number", allowed);
  if (schema.find("type") == nullptr) {
    throw SchemaMistake{schema.pointer, "expected \"type\": \"number\""};
  }
  const SchemaValue* const minimum = schema.find("minimum");
  if (minimum != nullptr && std::is_neq(compare_numbers(*plain_number(minimum->json), "0"))) {
    reject_value("0", *minimum);
  }
}

void check_event_name(const Schema& schema, std::string_view name) {
  constexpr std::string_view allowed[]{"$comment", "title", "description", "type",
                                       "const",    "enum",  "default"};
  check_property_of_all(schema, "event", "string", allowed);
  const std::string expected = json_string(name);
  for (const std::string_view keyword : {"const", "default"}) {
    if (const SchemaValue* const value = schema.find(keyword);
        value != nullptr && value->json != expected) {
      reject_value(expected + ", the name of the type", *value);
    }
  }
  if (const SchemaValue* const names = schema.find("enum")) {
    const std::vector<SchemaValue> values = elements_of(*names);
    if (std::ranges::find(values, expected, &SchemaValue::json) == values.end()) {
      reject_value(expected + ", the name of the type, among them", *names);
    }
  }
}

class SchemaReader {
public:
  SchemaReader(std::string_view json, std::string_view name,
               std::span<const std::string_view> taken_flags)
      : file_{json}, name_{name} {
    for (const std::string_view flag : taken_flags) {
      flags_.emplace(flag, "an option of every event");
    }
    take_flags(timestamp_field, {});
  }

  std::shared_ptr<const EventType> read(std::string_view origin) {
    const Schema schema = file_.root();
    check_type(schema, "object");
    for (const auto& [property, is_required] : properties_of(schema)) {
      add_property(property, is_required);
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
  void add_property(const SchemaValue& property, bool is_required) {
    const Schema schema = file_.property(property);
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
    reject_keywords_without_effect(schema, "object");
    if (const SchemaValue* const extras = schema.find("additionalProperties");
        extras != nullptr && extras->json == "true") {
      reject_value("false, as only the event itself takes others", *extras);
    }
    if (const SchemaValue* const value = schema.find("default");
        value != nullptr && value->json != "null") {
      throw SchemaMistake{
          value->pointer,
          "a \"default\" of an object is not supported, give its properties theirs"};
    }
    const std::vector<Property> members = properties_of(schema);
    if (members.empty()) {
      throw SchemaMistake{schema.pointer, "an object needs \"properties\""};
    }
    bool is_always_there = false;
    for (const auto& [member, is_member_required] : members) {
      const Schema member_schema = file_.property(member);
      if (declared_type(member_schema).name == "object") {
        throw SchemaMistake{member_schema.pointer, "an object within an object is not supported"};
      }
      Field& field = add_field(name + '.' + member.name, member_schema, is_member_required);
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
    take_flags(field, schema.pointer);
    return event_->fields.emplace_back(field);
  }

  void take_flags(const Field& field, const std::string& pointer) {
    take_flag(kebab_case(field.name), field, pointer);
    if (has_since(field)) {
      take_flag(since_flag(field), field, pointer);
    }
  }

  void take_flag(const std::string& flag, const Field& field, const std::string& pointer) {
    const auto [owner, is_free] =
        flags_.emplace(flag, "a flag of " + quote(field.name) + " as well");
    if (!is_free) {
      throw SchemaMistake{pointer,
                          "its flag --" + flag + " is " + owner->second + ", rename the property"};
    }
  }

  SchemaFile file_;
  std::string_view name_;
  std::map<std::string, std::string, std::less<>> flags_; // taken flags, and what takes each
  std::shared_ptr<DeclaredEvent> event_ = std::make_shared<DeclaredEvent>();
};

} // namespace

boost::system::result<std::shared_ptr<const EventType>, SchemaMistake>
read_event_schema(std::string_view json, std::string_view name, std::string_view origin,
                  std::span<const std::string_view> taken_flags) {
  try {
    return SchemaReader{json, name, taken_flags}.read(origin);
  } catch (const SchemaMistake& mistake) {
    return mistake;
  }
}

} // namespace metrics_event
