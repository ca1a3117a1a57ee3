#include "event.hpp"

#include "exit_code.hpp"
#include "json_text.hpp"
#include "text.hpp"

#include <algorithm>
#include <cstdlib>

namespace metrics_event {
namespace {

bool is_integer(std::string_view number) {
  return number.find_first_of(".eE") == std::string_view::npos;
}

// The value as JSON text.
Parsed<std::string> parse_value(const Field& field, std::string_view text) {
  if (field.type == FieldType::string) {
    return is_utf8(text) ? Parsed<std::string>{json_string(text)} : Mismatch{"valid UTF-8", text};
  }
  if (field.type == FieldType::timestamp) {
    const Parsed<Instant> time = parse_timestamp(text);
    return time ? Parsed<std::string>{unix_seconds(*time)} : time.error();
  }
  const std::optional<std::string> number = plain_number(text);
  if (!number && is_number(text)) {
    return Mismatch{"a number within the range of a double", text};
  }
  const bool whole = field.type != FieldType::integer || is_integer(text);
  const bool large_enough =
      !number || !field.minimum ||
      std::strtod(number->c_str(), nullptr) >= static_cast<double>(*field.minimum);
  return number && whole && large_enough ? Parsed<std::string>{*number}
                                         : Mismatch{describe(field), text};
}

std::string validated(const GivenField& given) {
  const Parsed<std::string> value = parse_value(*given.field, given.text);
  if (!value) {
    throw Failure{ExitCode::data, "--" + kebab_case(given.field->name) + ": " + value.error().text};
  }
  return *value;
}

const GivenField* find(std::span<const GivenField> given, const Field& field) {
  const auto found =
      std::ranges::find(given, field.name, [](const GivenField& one) { return one.field->name; });
  return found == given.end() ? nullptr : &*found;
}

void refuse_repetition(std::span<const GivenField> given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (find(given.first(i), *given[i].field) != nullptr) {
      throw Failure{ExitCode::usage,
                    "--" + kebab_case(given[i].field->name) + " is given twice, give it once"};
    }
  }
}

void refuse_absence(const EventType& type, std::span<const GivenField> given) {
  std::vector<std::string> missing;
  for (const Field& field : type.fields) {
    if (field.required && find(given, field) == nullptr) {
      missing.push_back("--" + kebab_case(field.name) + " " + std::string{placeholder(field)});
    }
  }
  if (!missing.empty()) {
    throw Failure{ExitCode::usage, kebab_case(type.name) + " needs " + enumeration(missing)};
  }
}

// Writes members in order and gathers neighbours `a.b`, `a.c` into one nested object a.
class LineWriter {
public:
  void member(std::string_view name, std::string_view json) {
    const std::size_t dot = name.find('.');
    const std::string_view parent = dot == std::string_view::npos ? "" : name.substr(0, dot);
    if (parent != parent_) {
      close_parent();
      parent_ = parent;
    }
    if (parent.empty()) {
      line_.raw(name, json);
    } else {
      nested_.raw(name.substr(dot + 1), json);
    }
  }
  std::string finish() {
    close_parent();
    return line_.str();
  }

private:
  void close_parent() {
    if (!parent_.empty()) {
      line_.raw(parent_, nested_.str());
      nested_ = {};
    }
  }

  JsonObject line_;
  JsonObject nested_;
  std::string_view parent_;
};

} // namespace

Event make_event(const EventType& type, std::span<const GivenField> given, Instant now) {
  refuse_repetition(given);
  refuse_absence(type, given);

  Event event{.name = std::string{type.name},
              .timestamp = now,
              .computed_fields = {"event"},
              .extra = "{}"};
  LineWriter line;
  if (const GivenField* timestamp = find(given, timestamp_field)) {
    line.member("timestamp", validated(*timestamp));
    event.timestamp = *parse_timestamp(timestamp->text);
    event.fields_set.emplace_back("timestamp");
  } else {
    line.member("timestamp", unix_seconds(now));
  }
  line.member("event", json_string(type.name));
  for (const Field& field : type.fields) {
    if (const GivenField* value = find(given, field)) {
      line.member(field.name, validated(*value));
      event.fields_set.emplace_back(field.name);
    }
  }
  event.line = line.finish();
  return event;
}

} // namespace metrics_event
