#include "event.hpp"

#include "field_value.hpp"
#include "json_text.hpp"
#include "text.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

using Form = GivenField::Form;
using std::chrono::nanoseconds;

// The nested object that a field is a member of; empty: none.
std::string_view parent_of(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot == name.npos ? std::string_view{} : name.substr(0, dot);
}

const GivenField* find(std::span<const GivenField> given, const Field& field) {
  const auto found =
      std::ranges::find(given, field.name, [](const GivenField& one) { return one.field->name; });
  return found == given.end() ? nullptr : &*found;
}

bool is_measured(const Field& field, bool will_measure) {
  return will_measure && field.measured != Measured::nothing;
}

// Whether the object that a field is a member of is in the event; a field of none always is.
bool has_parent(const EventType& type, std::span<const GivenField> given, const Field& field,
                bool will_measure) {
  return !field.in_optional_object || std::ranges::any_of(type.fields, [&](const Field& other) {
    return parent_of(other.name) == parent_of(field.name) &&
           (find(given, other) != nullptr || is_measured(other, will_measure));
  });
}

// What it takes to give a field, as the rest of the event is given.
std::string remedy(const Field& field, bool is_json) {
  return is_json ? std::string{field.name}
                 : "--" + kebab_case(field.name) + ' ' + placeholder(field);
}

std::optional<EventMistake> usage(std::string text) {
  return EventMistake{ExitCode::usage, std::move(text), ""};
}

std::optional<EventMistake> find_repetition(std::span<const GivenField> given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const GivenField* const first = find(given.first(i), *given[i].field);
    if (first != nullptr && first->name() == given[i].name()) {
      return usage(first->name() + " is given twice, give it once");
    }
    if (first != nullptr) {
      return usage(first->name() + " and " + given[i].name() + " exclude each other, give one");
    }
  }
  return std::nullopt;
}

// The fields that a member of a line would be, or be mixed with.
std::vector<const Field*> fields_at(const EventType& type, std::string_view name) {
  std::vector<const Field*> found;
  for (const Field& field : type.fields) {
    const std::string_view parent = parent_of(field.name);
    if (field.name == name || (!parent.empty() && (parent == name || parent == parent_of(name)))) {
      found.push_back(&field);
    }
  }
  return found;
}

std::optional<EventMistake> find_bad_extra(const EventType& type, const GivenEvent& given) {
  std::vector<std::string_view> names;
  for (const Field& field : type.fields) {
    names.push_back(field.name);
  }
  for (const Member& extra : given.extras) {
    if (extra.name == "event") {
      return usage("\"event\" is always the name of the event, leave it out");
    }
    std::vector<const Field*> fields = fields_at(type, extra.name);
    if (extra.name == timestamp_field.name) {
      fields.push_back(&timestamp_field);
    }
    if (!fields.empty() && given.is_json) {
      return usage(quote(extra.name) + " is not as declared, expected " +
                   quote(fields.front()->name));
    }
    if (!fields.empty()) {
      return usage(quote(extra.name) + " is a field, give it as --" +
                   kebab_case(fields.front()->name));
    }
    if (!type.takes_extras) {
      return usage(kebab_case(type.name) + " takes no extra fields: " + quote(extra.name) +
                   did_you_mean(extra.name, names));
    }
  }
  return std::nullopt;
}

std::optional<EventMistake> find_absence(const EventType& type, const GivenEvent& given,
                                         bool will_measure) {
  std::vector<std::string> missing;
  for (const Field& field : type.fields) {
    if (field.required && find(given.fields, field) == nullptr &&
        !is_measured(field, will_measure) && has_parent(type, given.fields, field, will_measure)) {
      missing.push_back(remedy(field, given.is_json));
    }
  }
  return missing.empty() ? std::nullopt
                         : usage(kebab_case(type.name) + " needs " + enumeration(missing));
}

// Writes members in order and gathers fields `a.b`, `a.c` that are neighbours into one object a.
class LineWriter {
public:
  // Whatever is in its name.
  void extra(std::string_view name, std::string_view json) {
    close_parent();
    line_.raw(name, json);
  }
  void field(std::string_view name, std::string_view json) {
    const std::string_view parent = parent_of(name);
    if (parent != parent_) {
      close_parent();
      parent_ = parent;
    }
    if (parent.empty()) {
      line_.raw(name, json);
    } else {
      nested_.raw(name.substr(parent.size() + 1), json);
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
      parent_ = {};
    }
  }

  JsonObject line_;
  JsonObject nested_;
  std::string_view parent_;
};

// Makes one event; a mistake is kept until the end.
class Builder {
public:
  Builder(const EventType& type, const GivenEvent& given, Instant now)
      : type_{type}, given_{given}, now_{now} {
    event_.name = type.name;
    event_.timestamp = now;
    event_.computed_fields = {"event"};
  }

  boost::system::result<Event, EventMistake> build() {
    add_timestamp();
    line_.field("event", json_string(type_.name));
    for (const Field& field : type_.fields) {
      add(field);
    }
    JsonObject extra;
    for (const Member& member : given_.extras) {
      line_.extra(member.name, member.json);
      extra.raw(member.name, member.json);
      event_.fields_set.push_back(member.name);
    }
    if (mistake_) {
      return *std::move(mistake_);
    }
    if (type_.takes_extras) {
      event_.extra = extra.str();
    }
    event_.line = line_.finish();
    return std::move(event_);
  }

private:
  void add_timestamp() {
    if (const GivenField* const given = find(given_.fields, timestamp_field)) {
      event_.fields_set.emplace_back(timestamp_field.name);
      if (const auto time = instant_of(*given)) {
        event_.timestamp = *time;
      }
    }
    line_.field(timestamp_field.name, unix_seconds(event_.timestamp));
  }

  void add(const Field& field) {
    if (const GivenField* const given = find(given_.fields, field)) {
      add_given(*given);
    } else if (is_measured(field, given_.measurement.has_value())) {
      event_.computed_fields.emplace_back(field.name);
      line_.field(field.name, measured(field));
    } else if (!field.default_value.empty() &&
               has_parent(type_, given_.fields, field, given_.measurement.has_value())) {
      line_.field(field.name, field.default_value);
    }
  }

  void add_given(const GivenField& given) {
    const auto value = given.form == Form::since  ? since(given)
                       : given.form == Form::json ? read_json(*given.field, given.text)
                                                  : read_text(*given.field, given.text);
    if (!value) {
      blame(given, value.error());
      return;
    }
    event_.fields_set.emplace_back(given.field->name);
    line_.field(given.field->name, *value);
  }

  // Of the first mistake, which counts.
  void blame(const GivenField& given, const Mismatch& mismatch) {
    if (!mistake_) {
      mistake_ = {ExitCode::data, given.name() + ": " + mismatch.text,
                  std::string{given.field->name}};
    }
  }

  std::optional<Instant> instant_of(const GivenField& given) {
    const auto time = given.form == Form::json ? read_json_time(given.text)
                      : given.text == "now"    ? Parsed<Instant>{now_}
                                               : parse_timestamp(given.text);
    if (!time) {
      blame(given, time.error());
      return std::nullopt;
    }
    return *time;
  }

  Parsed<std::string> since(const GivenField& given) {
    const auto time = instant_of(given);
    if (!time) {
      return Mismatch{};
    }
    if (*time > event_.timestamp) {
      event_.warnings.push_back(given.name() + ": " + unix_seconds(*time) +
                                " is after the event's time, " + unix_seconds(event_.timestamp) +
                                ", so it is 0");
    }
    return read_text(*given.field,
                     seconds(*given.field, std::max(event_.timestamp - *time, nanoseconds{})));
  }

  std::string measured(const Field& field) const {
    const Measurement& measurement = *given_.measurement;
    switch (field.measured) {
    case Measured::duration:
      return seconds(field, std::chrono::floor<std::chrono::microseconds>(measurement.duration));
    case Measured::exit_code: return std::to_string(measurement.exit_code);
    case Measured::status: return json_string(measurement.exit_code == 0 ? "normal" : "abnormal");
    case Measured::nothing: break;
    }
    return "null";
  }

  static std::string seconds(const Field& field, nanoseconds time) {
    const Instant as_time{time};
    return unix_seconds(field.type == FieldType::integer
                            ? Instant{std::chrono::floor<std::chrono::seconds>(time)}
                            : as_time);
  }

  const EventType& type_;
  const GivenEvent& given_;
  Instant now_;
  Event event_;
  LineWriter line_;
  std::optional<EventMistake> mistake_;
};

} // namespace

std::string GivenField::name() const {
  return form == Form::json    ? std::string{field->name}
         : form == Form::since ? "--" + since_flag(*field)
                               : "--" + kebab_case(field->name);
}

GivenEvent sort_members(const EventType& type, const Members& members) {
  GivenEvent given{.is_json = true};
  const auto add = [&](std::string_view name, const std::string& json) {
    const auto field = std::ranges::find(type.fields, name, &Field::name);
    if (field == type.fields.end()) {
      return false;
    }
    if (json != "null" || field->always()) { // what is absent is left out
      given.fields.push_back({&*field, json, Form::json});
    }
    return true;
  };
  for (const Member& member : members) {
    const bool is_parent = std::ranges::any_of(type.fields, [&member](const Field& field) {
      return parent_of(field.name) == member.name;
    });
    if (member.name == timestamp_field.name) {
      given.fields.push_back({&timestamp_field, member.json, Form::json});
    } else if (is_parent && member.json == "null") {
      continue;
    } else if (const auto nested = is_parent ? parse_members(member.json) : JsonMistake{}) {
      for (const Member& inner : *nested) {
        const std::string name = member.name + '.' + inner.name;
        if (!add(name, inner.json)) {
          given.extras.push_back({name, inner.json}); // which check_names refuses
        }
      }
    } else if (!parent_of(member.name).empty() || !add(member.name, member.json)) {
      given.extras.push_back(member);
    }
  }
  return given;
}

std::optional<EventMistake> check_names(const EventType& type, const GivenEvent& given,
                                        bool will_measure) {
  auto mistake = find_repetition(given.fields);
  mistake = mistake ? mistake : find_bad_extra(type, given);
  return mistake ? mistake : find_absence(type, given, will_measure);
}

boost::system::result<Event, EventMistake> build_event(const EventType& type,
                                                       const GivenEvent& given, Instant now) {
  if (auto mistake = check_names(type, given, given.measurement.has_value())) {
    return *std::move(mistake);
  }
  return Builder{type, given, now}.build();
}

Event make_event(const EventType& type, const GivenEvent& given, Instant now) {
  auto event = build_event(type, given, now);
  if (!event) {
    throw Failure{event.error().code, event.error().text};
  }
  return *std::move(event);
}

} // namespace metrics_event
