#pragma once

#include "schema/value.hpp"

#include <string_view>
#include <vector>

namespace metrics_event {

/// The places where a keyword is supported: these bits may be combined.
enum KeywordPlace : unsigned {
  in_file = 1, // at the root, beside the definitions
  in_event = 2,
  in_property = 4, // and in any schema within that
};

/// What a keyword does.
enum class KeywordRole {
  constrains, // limits the values, of some types or of all
  annotates,  // says something else, such as a description
  combines,   // limits the values by other schemas, such as `anyOf`
  unchecked,  // limits the values in a way that is not checked
};

/// Returns the names of the keywords that are supported in these places.
std::vector<std::string_view> supported_keywords(unsigned places);

/// Throws SchemaMistake when a keyword is not supported in these places, or when its value is of
/// the wrong type. The other functions want a keyword that this one has accepted.
void check_keyword(const SchemaValue& keyword, unsigned places);

/// Returns true for a keyword that JSON Schema does not have, such as `x-env`. It says how a field
/// is given, so only the schema of a field has it.
bool is_of_fields(const SchemaValue& keyword);

/// Returns what a keyword does.
KeywordRole role_of(const SchemaValue& keyword);

/// Returns true when a keyword has an effect on values of `type`, such as `pattern` on "string".
bool has_effect(const SchemaValue& keyword, std::string_view type);

} // namespace metrics_event
