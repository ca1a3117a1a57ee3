#include "event/member_sorter.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

// The field of this name. The members of a line often come in the order of the fields, so the
// search begins at `guess`.
const Field* field_named(const EventType& type, std::string_view name, std::size_t guess) {
  if (guess < type.fields.size() && type.fields[guess].name == name) {
    return &type.fields[guess];
  }
  const auto field = std::ranges::find(type.fields, name, &Field::name);
  return field == type.fields.end() ? nullptr : &*field;
}

// Whether fields are members of an object of this name.
bool is_parent(const EventType& type, std::string_view name) {
  return !name.empty() && std::ranges::any_of(type.fields, [name](const Field& field) {
    return field.name.size() > name.size() && field.name.starts_with(name) &&
           parent_of(field.name) == name;
  });
}

} // namespace

const GivenView& MemberSorter::sort(const EventShape& shape, std::span<const MemberView> members,
                                    const MemberView* ignored) {
  const EventType& type = shape.type();
  given_.fields.clear();
  given_.extras.clear();
  given_.is_json = true;
  names_.clear();
  std::size_t guess = 0;
  for (const MemberView& member : members) {
    if (&member == ignored) {
      continue;
    }
    if (member.name == timestamp_field.name) {
      given_.fields.push_back({&timestamp_field, member.json});
      continue;
    }
    const Field* const field = field_named(type, member.name, guess);
    if (field != nullptr && shape.slot(*field).parent.empty()) {
      add(*field, member.json);
      guess = static_cast<std::size_t>(field - type.fields.data()) + 1;
    } else if (field == nullptr && is_parent(type, member.name)) {
      sort_nested(type, member);
    } else {
      given_.extras.push_back(member);
    }
  }
  return given_;
}

// A member that is declared as an object.
void MemberSorter::sort_nested(const EventType& type, const MemberView& member) {
  if (member.json == "null") {
    return; // what is absent is left out
  }
  if (!nested_.read_object(member.json)) {
    given_.extras.push_back(member); // which check_names refuses, as those below
    return;
  }
  for (const MemberView& inner : nested_.members()) {
    const auto is_it = [&](const Field& field) {
      return field.name.size() == member.name.size() + 1 + inner.name.size() &&
             field.name.starts_with(member.name) && field.name.ends_with(inner.name) &&
             field.name[member.name.size()] == '.';
    };
    const auto field = std::ranges::find_if(type.fields, is_it);
    if (field == type.fields.end()) {
      names_.emplace_front(member.name).append(1, '.').append(inner.name);
      given_.extras.push_back({names_.front(), inner.json});
    } else {
      add(*field, inner.json);
    }
  }
}

void MemberSorter::add(const Field& field, std::string_view json) {
  if (json != "null" || field.always()) { // what is absent is left out
    given_.fields.push_back({&field, json});
  }
}

} // namespace metrics_event
