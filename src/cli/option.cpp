#include "cli/option.hpp"

namespace metrics_event {
namespace {

using Value = Option::Value;

void add_field(std::vector<Option>& options, const Field& field) {
  options.push_back(
      {kebab_case(field.name), '\0', Value::required, FieldFlag{&field, GivenField::Form::text}});
  if (has_since(field)) {
    options.push_back(
        {since_flag(field), '\0', Value::required, FieldFlag{&field, GivenField::Form::since}});
  }
}

Value value_of(Setting::Kind kind) {
  switch (kind) {
  case Setting::Kind::toggle: return Value::none;
  case Setting::Kind::optional: return Value::optional;
  case Setting::Kind::value:
  case Setting::Kind::list: break;
  }
  return Value::required;
}

} // namespace

std::vector<Option> common_options() {
  std::vector<Option> options;
  for (const Setting& setting : all_settings()) {
    if (setting.has_flag()) {
      options.push_back(
          {std::string{setting.name}, setting.short_flag, value_of(setting.kind), &setting});
    }
  }
  for (const WordsOption* const words : {&help_option, &version_option}) {
    options.push_back({std::string{words->name}, words->short_flag, Value::none, words});
  }
  return options;
}

void add_options(std::vector<Option>& options, const Command& command) {
  for (const CommandOption& option : command.options) {
    options.push_back({std::string{option.name}, option.short_flag,
                       option.placeholder.empty() ? Value::none : Value::required, &option});
  }
}

void add_options(std::vector<Option>& options, const EventType& type) {
  add_field(options, timestamp_field);
  for (const Field& field : type.fields) {
    add_field(options, field);
  }
}

} // namespace metrics_event
