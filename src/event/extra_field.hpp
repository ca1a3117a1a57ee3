#pragma once

#include "base/mismatch.hpp"
#include "event/given.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// An undeclared field that an argument gives, in the grammar of HTTPie: `key=text`, `key:=json`,
/// `key=@file` or `key:=@file`. `a[b]=text` gives a member of a nested object, and `a[]=text`
/// appends an item to an array. The first separator ends the key. A backslash escapes a bracket,
/// colon, equals sign, at sign or backslash in a key, and an `@` that begins a value.
struct ExtraField {
  std::vector<std::string> path; // names; an empty one after the first appends an item
  bool is_json = false;
  bool is_file = false; // `text` is the path of a file that has the value
  std::string text;
};

/// Returns true when an argument has the separator of an extra field. A URL, in which `://` comes
/// before the first `=`, is not one.
bool is_extra_field(std::string_view word);

/// Parses an argument. Returns a mismatch when its key is malformed, not UTF-8 or nested too deep.
Parsed<ExtraField> parse_extra_field(std::string_view word);

/// Returns the JSON object that the fields make, before any file is read: valid JSON values are in
/// place, `null` stands for the value of a file and 0 for any other value. Returns a mistake
/// (`usage`) when a key is given twice, or both as a value and as an object or array.
boost::system::result<std::string, EventMistake> outline_of(std::span<const ExtraField> fields);

/// Returns the JSON object that the fields make, with nested fields merged. The files must have
/// been read into `text`, and `outline_of` must accept the keys. Returns a mistake (`data`) for
/// each value that is not valid JSON or not UTF-8.
boost::system::result<std::string, EventMistake> object_of(std::span<const ExtraField> fields);

/// Returns the key of a field as messages show it: `a[b]`, without what a terminal would act on.
std::string key_of(const ExtraField& field);

/// Returns the name that a declared field with this key has: `a.b`.
std::string name_of(const ExtraField& field);

} // namespace metrics_event
