#include "cli/option.hpp"

#include <array>

namespace metrics_event {
namespace {

using Value = Option::Value;

constexpr std::array<std::string_view, 2> truth_values{"true", "false"};

ValueKind kind_of(const Field& field) {
  return field.type == FieldType::timestamp ? ValueKind::time : ValueKind::text;
}

void add_field(std::vector<Option>& options, const Field& field) {
  options.push_back({.name = kebab_case(field.name),
                     .value = Value::required,
                     .value_kind = kind_of(field),
                     .help = field.help,
                     .choices = values_to_offer(field),
                     .row = FieldOption{&field, GivenField::Form::text}});
  if (has_since(field)) {
    options.push_back({.name = since_flag(field),
                       .value = Value::required,
                       .value_kind = ValueKind::time,
                       .help = "the start time, instead of the seconds",
                       .row = FieldOption{&field, GivenField::Form::since}});
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

const Setting* Option::setting() const {
  const auto* const setting = std::get_if<const Setting*>(&row);
  return setting == nullptr ? nullptr : *setting;
}

const Field* Option::field() const {
  const auto* const option = std::get_if<FieldOption>(&row);
  return option == nullptr ? nullptr : option->field;
}

bool Option::is_of(const Command* command) const {
  if (owner != nullptr) {
    return owner == command;
  }
  return command == nullptr || setting() == nullptr || command->uses_flag(*setting());
}

std::span<const std::string_view> values_to_offer(const Field& field) {
  if (field.item != nullptr) {
    return values_to_offer(*field.item);
  }
  const bool is_any_boolean = field.type == FieldType::boolean && field.choices.empty();
  return is_any_boolean ? truth_values : field.choices.empty() ? field.examples : field.choices;
}

std::vector<Option> common_options() {
  std::vector<Option> options;
  options.reserve(64); // more than the common options and those of any subject
  for (const Setting& setting : all_settings()) {
    if (setting.has_flag()) {
      options.push_back({.name = std::string{setting.name},
                         .short_flag = setting.short_flag,
                         .value = value_of(setting.kind),
                         .placeholder = setting.placeholder,
                         .value_kind = setting.value_kind,
                         .help = setting.help,
                         .choices = setting.choices,
                         .row = &setting});
    }
  }
  for (const InfoOption* const info : {&help_option, &version_option}) {
    options.push_back({.name = std::string{info->name},
                       .short_flag = info->short_flag,
                       .help = info->help,
                       .row = info});
  }
  return options;
}

void add_options(std::vector<Option>& options, const Command& command) {
  for (const CommandOption& option : command.options) {
    options.push_back({.name = std::string{option.name},
                       .short_flag = option.short_flag,
                       .value = option.placeholder.empty() ? Value::none : Value::required,
                       .placeholder = option.placeholder,
                       .value_kind = option.value_kind,
                       .help = option.help,
                       .row = &option,
                       .owner = &command});
  }
}

void add_options(std::vector<Option>& options, const EventType& type) {
  add_field(options, timestamp_field);
  for (const Field& field : type.fields) {
    if (field.has_flag) {
      add_field(options, field);
    }
  }
}

} // namespace metrics_event
