#pragma once

#include "base/value.hpp"
#include "event/given.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// A field that is declared nowhere, as one argument gives it (the grammar of HTTPie): `key=text`,
/// `key:=json`, `key=@file`, `key:=@file`, nested as `a[b]=text`, a further item of an array as
/// `a[]=text`. The first separator counts; a backslash takes the meaning from a bracket, colon,
/// equals sign or backslash in a key, and from an `@` that begins a value.
struct ExtraField {
  std::vector<std::string> path; // of names; an empty one, but the first, is a further item
  bool is_json = false;
  bool is_file = false; // whether `text` is the path of a file with the value
  std::string text;
};

/// Whether an argument has the separator of an extra field.
bool is_extra_field(std::string_view word);

/// Takes an argument apart.
Parsed<ExtraField> parse_extra_field(std::string_view word);

/// The JSON object that the fields make, with JSON for values that are JSON, else 0, or null where
/// a file is still to be read; or what is wrong with their keys together: one is given twice, or is
/// a value and an object at the same time.
boost::system::result<std::string, EventMistake> shape_of(std::span<const ExtraField> fields);

/// The JSON object that the fields make, whose files were read, the nested ones merged; or which
/// value is none. Their keys must go together.
boost::system::result<std::string, EventMistake> object_of(std::span<const ExtraField> fields);

/// The key of a field as messages show it: `a[b]`.
std::string key_of(const ExtraField& field);

/// The name that a declared field of this key has: `a.b`.
std::string name_of(const ExtraField& field);

} // namespace metrics_event
