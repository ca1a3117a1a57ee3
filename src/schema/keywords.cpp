#include "schema/keywords.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

constexpr unsigned anywhere = in_event | in_property;

// These lists name the types on which a keyword has an effect.
constexpr std::string_view numbers = "number integer";
constexpr std::string_view all_types = "string number integer boolean object array null";

using Role = KeywordRole;

struct Keyword {
  std::string_view name;
  std::string_view type; // of its value; empty means any
  unsigned places;
  std::string_view about; // the types on which it has an effect
  Role role = Role::constrains;
};

// This table has every supported keyword; any other is a mistake.
constexpr std::array known_keywords{
    Keyword{"$schema", "string", in_file, all_types, Role::annotates},
    Keyword{"$defs", "object", in_file, all_types, Role::annotates},
    Keyword{"definitions", "object", in_file, all_types, Role::annotates},
    Keyword{"$id", "string", anywhere, all_types, Role::annotates},
    Keyword{"id", "string", anywhere, all_types, Role::annotates}, // of draft-04
    Keyword{"$anchor", "string", anywhere, all_types, Role::annotates},
    Keyword{"$comment", "string", anywhere, all_types, Role::annotates},
    Keyword{"title", "string", anywhere, all_types, Role::annotates},
    Keyword{"description", "string", anywhere, all_types, Role::annotates},
    Keyword{"examples", "", anywhere, all_types, Role::annotates},
    Keyword{"example", "", anywhere, all_types, Role::annotates}, // of OpenAPI
    Keyword{"format", "string", anywhere, all_types, Role::annotates},
    Keyword{"deprecated", "", anywhere, all_types, Role::annotates},
    Keyword{"readOnly", "boolean", anywhere, all_types, Role::annotates},
    Keyword{"writeOnly", "boolean", anywhere, all_types, Role::annotates},
    Keyword{"contentEncoding", "string", anywhere, all_types, Role::annotates},
    Keyword{"contentMediaType", "string", anywhere, all_types, Role::annotates},
    Keyword{"contentSchema", "", anywhere, all_types, Role::annotates},
    Keyword{"discriminator", "", anywhere, all_types, Role::annotates}, // of OpenAPI
    Keyword{"default", "", in_property, all_types, Role::annotates},
    Keyword{"x-unit", "string", in_property, numbers, Role::annotates},
    Keyword{"x-measured", "string", in_property, "string number integer", Role::annotates},
    Keyword{"x-env", "string", in_property, "string number integer boolean", Role::annotates},
    Keyword{"$ref", "string", anywhere, all_types},
    Keyword{"type", "", anywhere, all_types},
    Keyword{"enum", "array", in_property, all_types},
    Keyword{"const", "", in_property, all_types},
    Keyword{"minimum", "number", in_property, numbers},
    Keyword{"maximum", "number", in_property, numbers},
    Keyword{"exclusiveMinimum", "", in_property, numbers},
    Keyword{"exclusiveMaximum", "", in_property, numbers},
    Keyword{"multipleOf", "number", in_property, numbers},
    Keyword{"minLength", "number", in_property, "string"},
    Keyword{"maxLength", "number", in_property, "string"},
    Keyword{"pattern", "string", in_property, "string"},
    Keyword{"items", "", in_property, "array"},
    Keyword{"prefixItems", "array", in_property, "array"},
    Keyword{"additionalItems", "", in_property, "array"},
    Keyword{"minItems", "number", in_property, "array"},
    Keyword{"maxItems", "number", in_property, "array"},
    Keyword{"uniqueItems", "boolean", in_property, "array"},
    Keyword{"properties", "object", anywhere, "object"},
    Keyword{"required", "array", anywhere, "object"},
    Keyword{"additionalProperties", "", anywhere, "object"},
    Keyword{"patternProperties", "object", in_property, "object"},
    Keyword{"propertyNames", "", in_property, "object"},
    Keyword{"minProperties", "number", in_property, "object"},
    Keyword{"maxProperties", "number", in_property, "object"},
    Keyword{"allOf", "array", anywhere, all_types, Role::combines},
    Keyword{"anyOf", "array", in_property, all_types, Role::combines},
    Keyword{"oneOf", "array", in_property, all_types, Role::combines},
    Keyword{"not", "", in_property, all_types, Role::combines},
    Keyword{"if", "", in_property, all_types, Role::unchecked},
    Keyword{"then", "", in_property, all_types, Role::unchecked},
    Keyword{"else", "", in_property, all_types, Role::unchecked},
    Keyword{"contains", "", in_property, all_types, Role::unchecked},
    Keyword{"minContains", "", in_property, all_types, Role::unchecked},
    Keyword{"maxContains", "", in_property, all_types, Role::unchecked},
    Keyword{"dependencies", "", in_property, all_types, Role::unchecked},
    Keyword{"dependentRequired", "", in_property, all_types, Role::unchecked},
    Keyword{"dependentSchemas", "", in_property, all_types, Role::unchecked},
    Keyword{"unevaluatedItems", "", in_property, all_types, Role::unchecked},
    Keyword{"unevaluatedProperties", "", in_property, all_types, Role::unchecked},
};

const Keyword& row_of(const SchemaValue& keyword) {
  return *std::ranges::find(known_keywords, keyword.name, &Keyword::name);
}

} // namespace

std::vector<std::string_view> supported_keywords(unsigned places) {
  std::vector<std::string_view> names;
  for (const Keyword& row : known_keywords) {
    if ((row.places & places) != 0) {
      names.push_back(row.name);
    }
  }
  return names;
}

void check_keyword(const SchemaValue& keyword, unsigned places) {
  const std::vector<std::string_view> known = supported_keywords(places);
  if (std::ranges::find(known, keyword.name) == known.end()) {
    const std::string hint = did_you_mean(keyword.name, known);
    throw SchemaMistake{keyword.pointer,
                        "unsupported keyword " + quote(keyword.name) +
                            (hint.empty() ? "; remove it; see metrics-event-schema(5)" : hint)};
  }
  if (const std::string_view type = row_of(keyword).type; !type.empty()) {
    expect_type(type, keyword);
  }
}

bool is_of_fields(const SchemaValue& keyword) {
  return keyword.name.starts_with("x-");
}

KeywordRole role_of(const SchemaValue& keyword) {
  return row_of(keyword).role;
}

bool has_effect(const SchemaValue& keyword, std::string_view type) {
  return row_of(keyword).about.find(type) != std::string_view::npos;
}

} // namespace metrics_event
