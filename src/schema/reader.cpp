#include "schema/reader.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "schema/common_properties.hpp"
#include "schema/constraints.hpp"
#include "schema/field.hpp"
#include "schema/json_field.hpp"
#include "schema/keywords.hpp"
#include "schema/schema_file.hpp"

#include <algorithm>
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

// A name stands in messages and, as a key or a flag, on command lines.
void check_property_name(const SchemaValue& property) {
  const std::string& name = property.name;
  if (name.empty() || name.starts_with('-') || !is_safe_to_show(name)) {
    throw SchemaMistake{property.pointer, "expected a name of printable characters that "
                                          "does not begin with a dash, got " +
                                              quote(name) + "; rename the property"};
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
        throw SchemaMistake{element.pointer, quote(name) + " occurs twice"};
      }
    }
  }
  return properties;
}

// Throws SchemaMistake unless the schema of an event describes an object.
void check_root(const Schema& schema) {
  const SchemaValue* const declared = schema.find("type");
  if (declared != nullptr && declared->json != R"("object")") {
    reject_value("\"object\"", *declared);
  }
  if (const SchemaValue* const several = schema.find("allOf")) {
    reject_value("one schema", *several);
  }
}

class SchemaReader {
public:
  SchemaReader(std::string_view json, std::string_view name, const TakenNames& taken)
      : file_{json}, name_{name}, taken_{taken} {}

  std::shared_ptr<const EventType> read(std::string_view origin) {
    const Schema schema = file_.root();
    check_root(schema);
    event_->type = {.name = event_->store.keep(std::string{name_}),
                    .help = event_->store.keep(help_of(schema, name_)),
                    .origin = event_->store.keep(std::string{origin})};
    for (const auto& [property, is_required] : properties_of(schema)) {
      add_property(property, is_required);
    }
    if (const SchemaValue* const extras = schema.find("additionalProperties")) {
      read_extras(*extras);
    }
    give_flags();
    event_->type.fields = event_->fields;
    return {event_, &event_->type};
  }

private:
  FieldStore& store() { return event_->store; }

  void read_extras(const SchemaValue& extras) {
    event_->type.takes_extras = extras.json != "false";
    if (event_->type.takes_extras) {
      const Schema schema = file_.property(extras);
      reject_filling(schema, "for extra fields");
      const Field field = read_field(schema, "extra field", "");
      event_->type.extras = field.schema == "{}" ? nullptr : store().keep(field);
    }
  }

  void add_property(const SchemaValue& property, bool is_required) {
    const Schema schema = file_.property(property);
    if (property.name == timestamp_field.name) {
      Field field = read_field(schema, timestamp_field.name, "");
      check_timestamp(schema, field);
      field.help = "when it happened, in UNIX seconds";
      field.required = field.required && is_required;
      event_->type.timestamp = is_any_time(field) ? nullptr : store().keep(field);
    } else if (property.name == "event") {
      check_event_name(schema, read_field(schema, "event", ""), name_);
    } else if (has_fields(schema, is_required)) {
      add_object(store().keep(property.name), schema, is_required);
    } else {
      add_field(schema, store().keep(property.name), "", is_required);
    }
  }

  // Returns whether the members of an object are fields, because the schema says nothing but what
  // they are. Of an object that must be there, one member must be, too.
  bool has_fields(const Schema& schema, bool is_required) const {
    constexpr std::string_view known[]{"type", "properties", "required", "additionalProperties"};
    const auto is_known = [&known](const SchemaValue& keyword) {
      return role_of(keyword) == KeywordRole::annotates ||
             std::ranges::find(known, keyword.name) != std::end(known);
    };
    const auto is_one_of = [&schema](std::string_view keyword, std::string_view json) {
      const SchemaValue* const value = schema.find(keyword);
      return value == nullptr || value->json == json;
    };
    const DeclaredTypes types = declared_types(schema);
    if (!types.is_only("object") || !std::ranges::all_of(schema.keywords, is_known) ||
        !is_one_of("additionalProperties", "false") || !is_one_of("default", "null")) {
      return false;
    }
    const std::vector<Property> members = properties_of(schema);
    return std::ranges::any_of(members, [&](const Property& member) {
      const Schema inner = file_.property(member.schema);
      const SchemaValue* const value = inner.find("default");
      const bool has_default = value != nullptr && value->json != "null";
      return !is_required || types.is_nullable || has_default ||
             (member.is_required && !declared_types(inner).is_nullable);
    });
  }

  void add_object(std::string_view name, const Schema& schema, bool is_required) {
    const bool is_always_there = is_required && !declared_types(schema).is_nullable;
    for (const auto& [member, is_member_required] : properties_of(schema)) {
      Field& field =
          add_field(file_.property(member), store().keep(std::string{name} + '.' + member.name),
                    name, is_member_required);
      field.in_optional_object = !is_always_there;
    }
  }

  Field& add_field(const Schema& schema, std::string_view name, std::string_view parent,
                   bool is_required) {
    std::vector<Field>& fields = event_->fields;
    if (fields.size() == most_fields) {
      throw SchemaMistake{schema.pointer,
                          "expected at most " + std::to_string(most_fields) + " fields"};
    }
    if (std::ranges::find(fields, name, &Field::name) != fields.end()) {
      throw SchemaMistake{schema.pointer,
                          "another field is " + quote(name) + " as well; rename the property"};
    }
    Field field = read_field(schema, name, parent);
    if (!field.variable.empty() && taken_.is_variable(field.variable)) {
      throw SchemaMistake{schema.find("x-env")->pointer,
                          quote(field.variable) + " belongs to a setting; name another variable"};
    }
    field.required = field.required && is_required;
    return fields.emplace_back(field);
  }

  Field read_field(const Schema& schema, std::string_view name, std::string_view parent) {
    return is_scalar(schema) ? read_scalar(schema, name, parent, store())
                             : JsonFieldReader{file_, store()}.read(schema, name, parent);
  }

  // Decides which fields have flags. A field has none when its name would not make one, when every
  // event has an option of that name, or when another field has an equal claim to it.
  void give_flags() {
    std::map<std::string, int, std::less<>> claims;
    for (const std::string_view flag : taken_.flags) {
      ++claims[std::string{flag}];
    }
    ++claims[kebab_case(timestamp_field.name)];
    for (Field& field : event_->fields) {
      field.has_flag = is_flag(kebab_case(field.name)) &&
                       (field.type != FieldType::json || field.item != nullptr);
      if (field.has_flag) {
        for (const std::string& flag : flags_of(field)) {
          ++claims[flag];
        }
      }
    }
    for (Field& field : event_->fields) {
      const std::vector<std::string> flags = flags_of(field);
      field.has_flag = field.has_flag && std::ranges::all_of(flags, [&claims](const auto& flag) {
                         return claims.at(flag) == 1;
                       });
    }
  }

  static bool is_flag(std::string_view flag) {
    return is_letter(flag.front()) &&
           std::ranges::all_of(flag, [](char c) { return is_letter_or_digit(c) || c == '-'; });
  }

  static std::vector<std::string> flags_of(const Field& field) {
    std::vector<std::string> flags{kebab_case(field.name)};
    if (has_since(field)) {
      flags.push_back(since_flag(field));
    }
    return flags;
  }

  SchemaFile file_;
  std::string_view name_;
  const TakenNames& taken_;
  std::shared_ptr<DeclaredEvent> event_ = std::make_shared<DeclaredEvent>();
};

} // namespace

boost::system::result<std::shared_ptr<const EventType>, SchemaMistake>
read_event_schema(std::string_view json, std::string_view name, std::string_view origin,
                  const TakenNames& taken) {
  try {
    return SchemaReader{json, name, taken}.read(origin);
  } catch (const SchemaMistake& mistake) {
    return mistake;
  }
}

} // namespace metrics_event
