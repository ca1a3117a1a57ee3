#include "event/type.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "event/json_rule.hpp"
#include "event/pattern.hpp"

#include <algorithm>
#include <functional>

namespace metrics_event {
namespace {

bool is_snake_case(std::string_view name) {
  return !name.empty() && is_lower(name.front()) &&
         std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '_'; });
}

// Describes the bounds of a number: "0 or more", "from 0 to 100", "more than 0 and at most 1".
std::string describe_bounds(const Field& field) {
  if (!field.minimum.empty() && !field.maximum.empty()) {
    return "from " + std::string{field.minimum} + " to " + std::string{field.maximum};
  }
  std::string words;
  const auto add = [&words](std::string_view before, std::string_view number,
                            std::string_view after = "") {
    if (!number.empty()) {
      words.append(words.empty() ? "" : " and ").append(before).append(number).append(after);
    }
  };
  add("", field.minimum, " or more");
  add("more than ", field.minimum.empty() ? field.exclusive_minimum : "");
  add("at most ", field.maximum);
  add("less than ", field.maximum.empty() ? field.exclusive_maximum : "");
  return words;
}

std::string describe_length(const Field& field) {
  const auto characters = [](std::size_t count) {
    return std::to_string(count) + (count == 1 ? " character" : " characters");
  };
  if (field.min_length && field.max_length) {
    return *field.min_length == *field.max_length
               ? characters(*field.min_length)
               : std::to_string(*field.min_length) + " to " + characters(*field.max_length);
  }
  return field.min_length   ? characters(*field.min_length) + " or more"
         : field.max_length ? "at most " + characters(*field.max_length)
                            : "";
}

} // namespace

constinit const Field timestamp_field{.name = "timestamp",
                                      .type = FieldType::timestamp,
                                      .help = "when it happened (default now)",
                                      .required = false};

std::string kebab_case(std::string_view name) {
  std::string kebab{name};
  std::ranges::replace_if(
      kebab, [](char c) { return c == '_' || c == '.'; }, '-');
  return kebab;
}

std::optional<std::string> event_name(std::string_view spelling) {
  const bool is_camel_case = !spelling.empty() && is_upper(spelling.front());
  std::string name;
  for (const char c : spelling) {
    if (is_camel_case && is_upper(c)) {
      name.append(name.empty() ? "" : "_").append(1, to_lower(c));
    } else {
      name += c == '-' && !is_camel_case ? '_' : c;
    }
  }
  return is_snake_case(name) ? std::optional{name} : std::nullopt;
}

std::string_view member_name(const Field& field) {
  return field.name.substr(field.parent.empty() ? 0 : field.parent.size() + 1);
}

bool has_since(const Field& field) {
  return field.unit == Unit::seconds;
}

std::string since_flag(const Field& field) {
  return kebab_case(field.name) + "-since";
}

std::string placeholder(const Field& field) {
  constexpr std::size_t longest_list = 40;
  if (std::string choices = joined(field.choices, "|", std::identity{});
      !choices.empty() && choices.size() <= longest_list) {
    return choices;
  }
  if (field.item != nullptr && field.has_flag) {
    return placeholder(*field.item);
  }
  switch (field.type) {
  case FieldType::string: return "TEXT";
  case FieldType::number: return field.unit == Unit::seconds ? "SECONDS" : "NUMBER";
  case FieldType::integer: return field.unit == Unit::seconds ? "SECONDS" : "INTEGER";
  case FieldType::boolean: return "true|false";
  case FieldType::timestamp: return "TIME";
  case FieldType::json: return "JSON";
  }
  return "";
}

std::string key_spelling(const Field& field) {
  const auto escaped = [](std::string_view name) {
    constexpr std::string_view special = "[]:=\\@";
    std::string text;
    for (const char c : name) {
      text.append(special.find(c) == special.npos ? "" : "\\").append(1, c);
    }
    return text;
  };
  const std::string name = escaped(member_name(field));
  return (field.parent.empty() ? name : escaped(field.parent) + '[' + name + ']') +
         (field.type == FieldType::json ? ":=" : "=");
}

std::string variable_note(const Field& field) {
  return field.variable.empty() ? "" : "also from " + std::string{field.variable};
}

std::string usage_of(const Field& field) {
  if (field.has_flag) {
    return "--" + kebab_case(field.name) + ' ' + placeholder(field);
  }
  return key_spelling(field) + placeholder(field);
}

std::string describe(const Field& field) {
  if (!field.choices.empty()) {
    return (field.choices.size() == 1 ? "" : "one of ") +
           joined(field.choices, ", ", std::identity{});
  }
  std::string words;
  switch (field.type) {
  case FieldType::string: words = "text"; break;
  case FieldType::number: words = "a plain number"; break;
  case FieldType::integer: words = "a plain whole number"; break;
  case FieldType::boolean: words = "true or false"; break;
  case FieldType::timestamp: words = "a time"; break;
  case FieldType::json: return field.rule->words();
  }
  if (field.unit == Unit::seconds) {
    words += " of seconds";
  }
  if (const std::string bounds = describe_bounds(field); !bounds.empty()) {
    words += ", " + bounds;
  }
  if (!field.multiple_of.empty()) {
    words += ", a multiple of " + std::string{field.multiple_of};
  }
  if (const std::string length = describe_length(field); !length.empty()) {
    words += " of " + length;
  }
  if (field.pattern != nullptr) {
    words += " that matches " + field.pattern->text();
  }
  return words;
}

} // namespace metrics_event
