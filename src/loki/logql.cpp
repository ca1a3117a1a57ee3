#include "loki/logql.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

constexpr std::string_view range = " [1h]";

// Loki's lexer reads these words, in upper or lower case, as keywords where a label may stand.
constexpr std::array<std::string_view, 26> keywords{
    "by",          "without", "bool",     "offset",       "on",          "ignoring",   "group_left",
    "group_right", "or",      "and",      "unless",       "unwrap",      "json",       "regexp",
    "logfmt",      "unpack",  "pattern",  "label_format", "line_format", "decolorize", "distinct",
    "drop",        "keep",    "variants", "of",           "ip"};

bool is_keyword(std::string_view label) {
  return std::ranges::find(keywords, lower_case(label)) != keywords.end();
}

// Returns the name that Loki's parser of JSON gives to the label of a member.
std::string sanitized(std::string_view name) {
  std::string label;
  while (!name.empty()) {
    const std::size_t length = std::max<std::size_t>(first_code_point(name).length, 1);
    label += length == 1 && is_letter_or_digit(name.front()) ? name.front() : '_';
    name.remove_prefix(length);
  }
  return (is_digit(label.front()) ? "_" : "") + label;
}

bool is_number(const Field& field) {
  return field.type == FieldType::number || field.type == FieldType::integer;
}

class Queries {
public:
  Queries(const EventType& type, const Labels& labels)
      : labels_{labels}, events_{stream_selector(labels) + " |= " + json_string(type.name) +
                                 " | json | " + label_of("event") + '=' + json_string(type.name)} {
    for (const Field& field : type.fields) {
      if (is_keyword(field.name)) {
        events_ += " | json " + label_of(field.name) + '=' + json_string(field.name);
      }
    }
    const auto first_text = std::ranges::find(type.fields, FieldType::string, &Field::type);
    group_ = label_of(first_text == type.fields.end() ? "event" : first_text->name);
  }

  const std::string& events() const { return events_; }

  std::string count() const { return "sum(" + counted() + ')'; }

  std::string count_by(const Field& field) const {
    return "sum by (" + label_of(field.name) + ") (" + counted() + ')';
  }

  // One line whose field is not a number would make the whole query fail; the filter on `__error__`
  // drops such lines.
  std::string over_time(std::string_view function, const Field& field) const {
    return std::string{function} + events_ + " | unwrap " + label_of(field.name) +
           R"( | __error__="")" + std::string{range} + ") by (" + group_ + ')';
  }

private:
  // Returns the label that `| json` gives to a member of the line: `a_b` for `a.b`, with the suffix
  // `_extracted` when the stream has that label already. A keyword cannot be used as a label, so
  // the query renames it with a final underscore.
  std::string label_of(std::string_view name) const {
    const std::string label = sanitized(name);
    if (is_keyword(label)) {
      return label + '_';
    }
    return labels_.contains(label) ? label + "_extracted" : label;
  }
  std::string counted() const { return "count_over_time(" + events_ + std::string{range} + ')'; }

  const Labels& labels_;
  std::string events_;
  // The label by which numbers are grouped: the first text field, or else `event`, which is the
  // same in all lines. Without grouping, each event would be a group of its own.
  std::string group_;
};

std::string comment(std::string_view name, std::string_view help) {
  return "# " + std::string{name} + (help.empty() ? "" : ": " + std::string{help}) + '\n';
}

} // namespace

std::string stream_selector(const Labels& labels) {
  // Loki reads strings by Go's rules, which accept every escape that our JSON writer produces.
  const auto matcher = [](const auto& label) {
    return label.first + '=' + json_string(label.second);
  };
  return '{' + joined(labels, ", ", matcher) + '}';
}

std::string logql(const EventType& type, const Labels& labels) {
  const Queries queries{type, labels};
  std::string text = comment(type.name, type.help) + queries.events() + '\n' +
                     "\n# how many in an hour\n" + queries.count() + '\n';
  for (const Field& field : type.fields) {
    if (field.type == FieldType::json) {
      continue; // Loki makes no label of a list, and several of an object
    }
    const bool is_in_seconds = field.unit == Unit::seconds;
    text +=
        '\n' + comment(std::string{field.name} + (is_in_seconds ? ", in seconds" : ""), field.help);
    if (is_number(field)) {
      text += queries.over_time("avg_over_time(", field) + '\n' +
              queries.over_time("quantile_over_time(0.95, ", field) + '\n';
    } else {
      text += queries.count_by(field) + '\n';
    }
  }
  return text;
}

} // namespace metrics_event
