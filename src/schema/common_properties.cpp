#include "schema/common_properties.hpp"

#include "base/text.hpp"
#include "event/field_value.hpp"
#include "json/number.hpp"
#include "json/string.hpp"
#include "json/writer.hpp"
#include "schema/keywords.hpp"

#include <algorithm>
#include <compare>
#include <span>
#include <string>

namespace metrics_event {
namespace {

const SchemaValue* first_of(const Schema& schema, std::span<const std::string_view> keywords) {
  for (const std::string_view keyword : keywords) {
    if (const SchemaValue* const value = schema.find(keyword)) {
      return value;
    }
  }
  return nullptr;
}

// Timestamp and event are not fields, so nothing fills them in.
void reject_keywords_of_fields(const Schema& schema, std::string_view name) {
  const auto keyword = std::ranges::find_if(schema.keywords, is_of_fields);
  if (keyword != schema.keywords.end()) {
    throw SchemaMistake{keyword->pointer, quote(keyword->name) + " is not supported for " +
                                              quote(name) + ", which is not a field; remove it"};
  }
}

} // namespace

void check_timestamp(const Schema& schema, const Field& field) {
  constexpr std::string_view sample = "1700000000";
  const SchemaValue* const value = schema.find("default");
  if (value != nullptr && value->json != "null") {
    throw SchemaMistake{value->pointer, "a timestamp that is not given is the current time; remove "
                                        "the default"};
  }
  reject_keywords_of_fields(schema, field.name);
  const bool is_number = field.type == FieldType::number || field.type == FieldType::integer;
  if (!is_number && (field.type != FieldType::json || !read_json(field, sample))) {
    const SchemaValue* const type = schema.find("type");
    throw SchemaMistake{type == nullptr ? schema.pointer : type->pointer,
                        "the line has the timestamp as a number of UNIX seconds; declare it as "
                        "\"number\" or \"integer\""};
  }
}

bool is_any_time(const Field& field) {
  const bool is_from_zero =
      field.minimum.empty() || std::is_eq(compare_numbers(field.minimum, "0"));
  return field.type == FieldType::number && field.required && is_from_zero &&
         field.maximum.empty() && field.exclusive_minimum.empty() &&
         field.exclusive_maximum.empty() && field.multiple_of.empty() && field.choices.empty();
}

void check_event_name(const Schema& schema, const Field& field, std::string_view name) {
  reject_keywords_of_fields(schema, field.name);
  const std::string json = json_string(name);
  const std::string_view given = field.default_value;
  if ((given.empty() || given == json) && read_json(field, json)) {
    return;
  }
  constexpr std::string_view speaking[]{"const", "enum", "default", "type"};
  const SchemaValue* const keyword = first_of(schema, speaking);
  const std::string only = !field.choices.empty()   ? std::string{field.choices.front()}
                           : given.starts_with('"') ? *string_value(given)
                                                    : "";
  throw SchemaMistake{
      keyword == nullptr ? schema.pointer : keyword->pointer,
      "the name of the event is " + json + ", as that of its file; " +
          (event_name(only) == only ? "rename the file to " + only + ".json, or " : "") + "allow " +
          json + " here"};
}

} // namespace metrics_event
