#include "event_type.hpp"

#include <algorithm>

namespace metrics_event {

constinit const Field timestamp_field{
    .name = "timestamp",
    .type = FieldType::timestamp,
    .help = "when it happened: UNIX seconds, or a time such as 2023-11-14T22:13:20Z; default now",
    .required = false};

std::string kebab_case(std::string_view name) {
  std::string kebab{name};
  std::ranges::replace_if(
      kebab, [](char c) { return c == '_' || c == '.'; }, '-');
  return kebab;
}

std::string_view placeholder(const Field& field) {
  switch (field.type) {
  case FieldType::string: return "TEXT";
  case FieldType::number: return field.unit == Unit::seconds ? "SECONDS" : "NUMBER";
  case FieldType::integer: return "INTEGER";
  case FieldType::timestamp: return "TIME";
  }
  return "";
}

std::string describe(const Field& field) {
  std::string words;
  switch (field.type) {
  case FieldType::string: words = "text"; break;
  case FieldType::number: words = "a plain number"; break;
  case FieldType::integer: words = "a plain whole number"; break;
  case FieldType::timestamp: words = "a time"; break;
  }
  if (field.unit == Unit::seconds) {
    words += " of seconds";
  }
  if (field.minimum) {
    words += ", " + std::to_string(*field.minimum) + " or more";
  }
  return words;
}

} // namespace metrics_event
