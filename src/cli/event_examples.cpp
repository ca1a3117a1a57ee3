#include "cli/event_examples.hpp"

#include "base/characters.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

std::string shell_variable(std::string_view name) {
  std::string variable = "\"$";
  for (const char c : name) {
    variable += is_letter_or_digit(c) ? to_upper(c) : '_';
  }
  return variable + '"';
}

// Returns a text as a word of the shell.
std::string shell_word(std::string_view text) {
  const bool is_plain = !text.empty() && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || std::string_view{"-_.:/+"}.find(c) != std::string_view::npos;
  });
  std::string word;
  for (const char c : text) {
    word += c == '\'' ? std::string{R"('\'')"} : std::string{c};
  }
  return is_plain ? word : '\'' + word + '\'';
}

std::string sample_value(const Field& field) {
  const auto& known = field.choices.empty() ? field.examples : field.choices;
  if (!known.empty()) {
    return shell_word(known.front());
  }
  if (field.item != nullptr) {
    return sample_value(*field.item);
  }
  switch (field.type) {
  case FieldType::number:
  case FieldType::integer:
    if (!field.minimum.empty() && field.minimum != "0") {
      return std::string{field.minimum};
    }
    return !field.maximum.empty()            ? std::string{field.maximum}
           : field.type == FieldType::number ? "12.5"
                                             : "3";
  case FieldType::boolean: return "true";
  case FieldType::timestamp: return "now";
  case FieldType::string:
  case FieldType::json: break;
  }
  return shell_variable(member_name(field));
}

std::string example(const EventType& type, bool is_measured) {
  std::string line = "metrics-event " + kebab_case(type.name);
  for (const Field& field : type.fields) {
    if (!field.always() || (is_measured && field.measured != Measured::nothing)) {
      continue;
    }
    const std::string value = sample_value(field);
    const bool may_look_like_an_option = value.starts_with('"'); // the value of a variable
    line += field.has_flag ? " --" + kebab_case(field.name) + (may_look_like_an_option ? '=' : ' ')
                           : ' ' + key_spelling(field);
    line += value;
  }
  return line;
}

} // namespace

std::vector<std::string> event_examples(const EventType& type) {
  const bool is_measured = std::ranges::any_of(
      type.fields, [](const Field& field) { return field.measured != Measured::nothing; });
  return {example(type, false),
          example(type, true) + (is_measured ? " -- ./job.sh" : " --dry-run")};
}

} // namespace metrics_event
