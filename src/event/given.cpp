#include "event/given.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace metrics_event {
namespace {

using Form = GivenField::Form;

EventMistake usage(std::string text) {
  return {ExitCode::usage, std::move(text), ""};
}

EventMistake not_as_declared(std::string_view name, const Field& field) {
  return usage(quote(name) + " is not as declared, expected " + quote(field.name));
}

std::optional<EventMistake> find_repetition(std::span<const GivenField> given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i].form == Form::json) {
      continue; // the reader rejects duplicates; flags follow the object
    }
    const GivenField* const first = find(given.first(i), *given[i].field);
    if (first != nullptr && first->form == given[i].form && given[i].field->item != nullptr) {
      continue; // each flag gives one item of the list
    }
    if (first != nullptr && first->name() == given[i].name()) {
      return usage(first->name() + " is given twice; give it once");
    }
    if (first != nullptr) {
      return usage(first->name() + " and " + given[i].name() + " exclude each other; give one");
    }
  }
  return std::nullopt;
}

// Returns the field that a member of this name is, or else the first one that it conflicts with,
// because it is, or would be in, the same nested object. Returns null when there is none.
const Field* field_at(const EventType& type, std::string_view name) {
  const Field* conflicting = nullptr;
  for (const Field& field : type.fields) {
    const std::string_view parent = field.parent;
    if (parent.empty()) {
      if (field.name == name) {
        return &field;
      }
    } else if (conflicting == nullptr && name.starts_with(parent) &&
               (name.size() == parent.size() || name[parent.size()] == '.')) {
      conflicting = &field;
    }
  }
  return conflicting;
}

std::vector<std::string_view> names_of(const EventType& type) {
  std::vector<std::string_view> names;
  for (const Field& field : type.fields) {
    names.push_back(field.name);
  }
  return names;
}

std::optional<EventMistake> find_bad_extra(const EventType& type, const GivenEvent& given) {
  for (const Member& extra : given.extras) {
    if (extra.name == "event") {
      return usage("\"event\" is always the name of the event; leave it out");
    }
    if (!type.takes_extras) {
      return usage(kebab_case(type.name) + " takes no extra fields: " + quote(extra.name) +
                   did_you_mean(extra.name, names_of(type)));
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
      missing.push_back((given.is_json ? std::string{field.name} : usage_of(field)) +
                        (given.takes_variables && !field.variable.empty()
                             ? " (or " + std::string{field.variable} + ')'
                             : ""));
    }
  }
  return missing.empty()
             ? std::nullopt
             : std::optional{usage(kebab_case(type.name) + " needs " + enumeration(missing))};
}

// Adds the value of a field. A `null` counts as absent when the field may be absent.
void add(GivenEvent& given, const Field& field, std::string_view json) {
  if (json != "null" || field.always()) {
    given.fields.push_back({&field, json, Form::json});
  }
}

// Adds the members of a nested object to the fields. `expected` is one of its declared fields,
// which the message of a mistake names.
std::optional<EventMistake> add_nested(GivenEvent& given, const EventType& type,
                                       const Member& member, const Field& expected) {
  if (member.json == "null") {
    return std::nullopt;
  }
  JsonReader nested;
  if (!nested.read_object(member.json)) {
    return not_as_declared(member.name, expected);
  }
  for (const Member& inner : nested.members()) {
    const auto field = std::ranges::find_if(type.fields, [&member, &inner](const Field& one) {
      return one.parent == member.name && member_name(one) == inner.name;
    });
    if (field == type.fields.end()) {
      return not_as_declared(std::string{member.name}.append(1, '.').append(inner.name), expected);
    }
    // The text is a part of the outer value, so it is compact and outlives `nested`.
    add(given, *field, inner.text);
  }
  return std::nullopt;
}

} // namespace

std::string GivenField::name() const {
  return form == Form::json       ? std::string{field->name}
         : form == Form::variable ? std::string{field->variable}
         : form == Form::since    ? "--" + since_flag(*field)
                                  : "--" + kebab_case(field->name);
}

EventMistake first_of(std::vector<EventMistake> mistakes) {
  EventMistake first = std::move(mistakes.front());
  first.further.assign(std::make_move_iterator(mistakes.begin() + 1),
                       std::make_move_iterator(mistakes.end()));
  return first;
}

Failure failure_of(const EventMistake& mistake) {
  std::vector<std::string> lines{mistake.text};
  for (const EventMistake& another : mistake.further) {
    lines.push_back(another.text);
  }
  return {mistake.code, std::move(lines)};
}

const GivenField* find(std::span<const GivenField> given, const Field& field) {
  for (const GivenField& one : given) {
    if (one.field == &field) {
      return &one;
    }
  }
  return nullptr;
}

bool is_measured(const Field& field, bool will_measure) {
  return will_measure && field.measured != Measured::nothing;
}

bool has_parent(const EventType& type, std::span<const GivenField> given, const Field& field,
                bool will_measure) {
  return !field.in_optional_object || std::ranges::any_of(type.fields, [&](const Field& other) {
    return other.parent == field.parent &&
           (find(given, other) != nullptr || is_measured(other, will_measure));
  });
}

boost::system::result<GivenEvent, EventMistake>
sort_members(const EventShape& shape, std::span<const Member> members, const Member* ignored) {
  const EventType& type = shape.type();
  GivenEvent given{.is_json = true};
  given.fields.reserve(members.size());
  std::size_t next = 0; // members often come in the order of the fields, which saves a search
  for (const Member& member : members) {
    if (&member == ignored) {
      continue;
    }
    if (member.name == timestamp_field.name) {
      const bool may_be_null = type.timestamp != nullptr && !type.timestamp->required;
      if (member.json != "null" || !may_be_null) {
        given.fields.push_back({&timestamp_field, member.json, Form::json});
      }
      continue;
    }
    const bool is_next = next < type.fields.size() && type.fields[next].name == member.name;
    const Field* const field = is_next ? &type.fields[next] : field_at(type, member.name);
    const std::string_view parent = field == nullptr ? "" : shape.slot(*field).parent;
    if (field == nullptr) {
      given.extras.push_back(member);
    } else if (parent.empty()) {
      add(given, *field, member.json);
      next = static_cast<std::size_t>(field - type.fields.data()) + 1;
    } else if (parent != member.name) {
      return not_as_declared(member.name, *field);
    } else if (auto mistake = add_nested(given, type, member, *field)) {
      return *std::move(mistake);
    }
  }
  return given;
}

std::optional<EventMistake> check_names(const EventType& type, const GivenEvent& given,
                                        bool will_measure) {
  auto mistake = find_repetition(given.fields);
  mistake = mistake ? std::move(mistake) : find_bad_extra(type, given);
  return mistake ? mistake : find_absence(type, given, will_measure);
}

} // namespace metrics_event
