#include "event/given.hpp"

#include "base/text.hpp"
#include "event/member_sorter.hpp"
#include "event/shape.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

using Form = GivenField::Form;

std::string name_of(const Field& field, Form form) {
  return form == Form::json    ? std::string{field.name}
         : form == Form::since ? "--" + since_flag(field)
                               : "--" + kebab_case(field.name);
}

// What it takes to give a field, as the rest of the event is given.
std::string remedy(const Field& field, bool is_json) {
  return is_json ? std::string{field.name}
                 : "--" + kebab_case(field.name) + ' ' + placeholder(field);
}

std::optional<EventMistake> usage(std::string text) {
  return EventMistake{ExitCode::usage, std::move(text), ""};
}

std::optional<EventMistake> find_repetition(std::span<const FieldView> given) {
  for (std::size_t i = 0; i < given.size(); ++i) {
    if (given[i].form == Form::json) {
      continue; // of an object, which has each once; flags come behind it
    }
    const FieldView* const first = find(given.first(i), *given[i].field);
    if (first != nullptr && first->name() == given[i].name()) {
      return usage(first->name() + " is given twice, give it once");
    }
    if (first != nullptr) {
      return usage(first->name() + " and " + given[i].name() + " exclude each other, give one");
    }
  }
  return std::nullopt;
}

// The first field that a member of a line would be, or be mixed with; null: none.
const Field* field_at(const EventType& type, std::string_view name) {
  for (const Field& field : type.fields) {
    const std::string_view parent = parent_of(field.name);
    if (field.name == name || (!parent.empty() && (parent == name || parent == parent_of(name)))) {
      return &field;
    }
  }
  return name == timestamp_field.name ? &timestamp_field : nullptr;
}

std::vector<std::string_view> names_of(const EventType& type) {
  std::vector<std::string_view> names;
  for (const Field& field : type.fields) {
    names.push_back(field.name);
  }
  return names;
}

std::optional<EventMistake> find_bad_extra(const EventType& type, const GivenView& given) {
  for (const MemberView& extra : given.extras) {
    if (extra.name == "event") {
      return usage("\"event\" is always the name of the event, leave it out");
    }
    const Field* const field = field_at(type, extra.name);
    if (field != nullptr && given.is_json) {
      return usage(quote(extra.name) + " is not as declared, expected " + quote(field->name));
    }
    if (field != nullptr) {
      return usage(quote(extra.name) + " is a field, give it as --" + kebab_case(field->name));
    }
    if (!type.takes_extras) {
      return usage(kebab_case(type.name) + " takes no extra fields: " + quote(extra.name) +
                   did_you_mean(extra.name, names_of(type)));
    }
  }
  return std::nullopt;
}

std::optional<EventMistake> find_absence(const EventType& type, const GivenView& given,
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

} // namespace

std::string GivenField::name() const {
  return name_of(*field, form);
}

std::string FieldView::name() const {
  return name_of(*field, form);
}

GivenView view_of(const GivenEvent& given) {
  GivenView view{.is_json = given.is_json, .measurement = given.measurement};
  for (const GivenField& field : given.fields) {
    view.fields.push_back({field.field, field.text, field.form});
  }
  for (const Member& extra : given.extras) {
    view.extras.push_back({extra.name, extra.json});
  }
  return view;
}

const FieldView* find(std::span<const FieldView> given, const Field& field) {
  for (const FieldView& one : given) {
    if (one.field == &field) {
      return &one;
    }
  }
  return nullptr;
}

bool is_measured(const Field& field, bool will_measure) {
  return will_measure && field.measured != Measured::nothing;
}

bool has_parent(const EventType& type, std::span<const FieldView> given, const Field& field,
                bool will_measure) {
  return !field.in_optional_object || std::ranges::any_of(type.fields, [&](const Field& other) {
    return parent_of(other.name) == parent_of(field.name) &&
           (find(given, other) != nullptr || is_measured(other, will_measure));
  });
}

GivenEvent sort_members(const EventType& type, const Members& members) {
  std::vector<MemberView> views;
  for (const Member& member : members) {
    views.push_back({member.name, member.json});
  }
  const EventShape shape{type};
  MemberSorter sorter;
  const GivenView& sorted = sorter.sort(shape, views);
  GivenEvent given{.is_json = true};
  for (const FieldView& field : sorted.fields) {
    given.fields.push_back({field.field, std::string{field.text}, field.form});
  }
  for (const MemberView& extra : sorted.extras) {
    given.extras.push_back({std::string{extra.name}, std::string{extra.json}});
  }
  return given;
}

std::optional<EventMistake> check_names(const EventType& type, const GivenView& given,
                                        bool will_measure) {
  auto mistake = find_repetition(given.fields);
  mistake = mistake ? std::move(mistake) : find_bad_extra(type, given);
  return mistake ? mistake : find_absence(type, given, will_measure);
}

std::optional<EventMistake> check_names(const EventType& type, const GivenEvent& given,
                                        bool will_measure) {
  return check_names(type, view_of(given), will_measure);
}

} // namespace metrics_event
