#pragma once

#include "event/given.hpp"
#include "event/shape.hpp"
#include "json/reader.hpp"

#include <forward_list>
#include <span>
#include <string>

namespace metrics_event {

/// Sorts the members of JSON objects, one after another, into the fields of a type, its timestamp,
/// and extras.
class MemberSorter {
public:
  /// Lives as long as the members, and until the next ones are sorted. The member `ignored`, if
  /// any, is passed over.
  const GivenView& sort(const EventShape& shape, std::span<const MemberView> members,
                        const MemberView* ignored = nullptr);

private:
  void sort_nested(const EventType& type, const MemberView& member);
  void add(const Field& field, std::string_view json);

  GivenView given_;
  JsonReader nested_;
  std::forward_list<std::string> names_; // of extras, that are made
};

} // namespace metrics_event
