#include "schema/json_field.hpp"

#include "base/text.hpp"
#include "event/json_rules.hpp"
#include "json/writer.hpp"
#include "schema/constraints.hpp"
#include "schema/keywords.hpp"
#include "schema/writer.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

namespace metrics_event {
namespace {

// What one event may have once its references are followed, which could otherwise multiply.
constexpr std::size_t most_rules = 2000;
constexpr std::size_t longest_schema = 64UL * 1024; // in bytes, of one field
constexpr std::size_t most_levels = 64;             // of schemas within schemas

// A schema of null that does not make the one around it optional, as `null_schema` would.
constexpr std::string_view only_null = R"({"const":null})";

bool is_constraint(const SchemaValue& keyword) {
  return role_of(keyword) == KeywordRole::constrains;
}

std::string array_of_schemas(const std::vector<std::string>& schemas) {
  return '[' + joined(schemas, ",", std::identity{}) + ']';
}

// Returns the count that a keyword gives, and adds the keyword to the schema that is printed.
std::optional<std::size_t> copy_count(const Schema& schema, std::string_view keyword,
                                      JsonObject& json) {
  const auto count = read_count(schema, keyword);
  if (count) {
    json.number(keyword, *count);
  }
  return count;
}

} // namespace

template <class Rule, class... Arguments>
const JsonRule* JsonFieldReader::keep(Arguments&&... arguments) {
  return store_.keep(std::make_unique<const Rule>(std::forward<Arguments>(arguments)...));
}

Field JsonFieldReader::read(const Schema& schema, std::string_view name, std::string_view parent) {
  const auto misplaced = std::ranges::find_if(schema.keywords, is_of_fields);
  if (misplaced != schema.keywords.end()) {
    throw SchemaMistake{misplaced->pointer,
                        quote(misplaced->name) + " does nothing for a field that takes JSON"};
  }
  open_ = schema.references;
  const Part part = whole(schema);
  Field field{.name = name, .parent = parent, .type = FieldType::json};
  field.rule = part.rule;
  field.schema = store_.keep(part.json);
  field.item = part.item;
  describe_field(schema, field, store_);
  return field;
}

// Reads a schema within another one. A reference to a schema that is being read already, as in a
// tree, ends there: what it leads to is not checked.
JsonFieldReader::Part JsonFieldReader::inner(const SchemaValue& value) {
  const Schema schema = file_.property(value);
  const auto is_open = [this](const std::string& reference) {
    return std::ranges::find(open_, reference) != open_.end();
  };
  if (std::ranges::any_of(schema.references, is_open)) {
    return {keep<AnyRule>(), "{}"};
  }
  if (levels_ == most_levels) {
    throw SchemaMistake{schema.pointer, "expected at most " + std::to_string(most_levels) +
                                            " schemas within each other; write true instead"};
  }
  const auto before = static_cast<std::ptrdiff_t>(open_.size());
  std::ranges::copy(schema.references, std::back_inserter(open_));
  ++levels_;
  Part part = whole(schema);
  --levels_;
  open_.erase(open_.begin() + before, open_.end());
  return declared_types(schema).is_nullable && part.json != only_null
             ? union_of({part, {keep<NullRule>(), std::string{null_schema}}}, "anyOf")
             : part;
}

JsonFieldReader::Part JsonFieldReader::null() {
  return {keep<NullRule>(), std::string{only_null}};
}

// Reads what a schema allows besides null, from the types, the values and the schemas that it
// names.
JsonFieldReader::Part JsonFieldReader::whole(const Schema& schema) {
  const DeclaredTypes types = declared_types(schema);
  Schema own{.pointer = schema.pointer};
  std::ranges::copy_if(schema.keywords, std::back_inserter(own.keywords),
                       [](const SchemaValue& one) {
                         return is_constraint(one) || role_of(one) == KeywordRole::annotates;
                       });
  std::vector<Part> parts;
  const bool has_values = !allowed_values(own).empty();
  if (is_scalar(own)) {
    parts.push_back(scalar(own));
  } else if (own.find("type") != nullptr) {
    std::vector<Part> alternatives;
    for (const std::string& type : types.names) {
      alternatives.push_back(typed(own, type));
    }
    parts.push_back(alternatives.empty() ? null() : union_of(std::move(alternatives), "anyOf"));
  } else if (!has_values && std::ranges::any_of(own.keywords, is_constraint)) {
    throw SchemaMistake{schema.pointer,
                        "expected a \"type\", or an \"enum\" or \"const\" that shows it"};
  }
  if (has_values && !is_scalar(own)) {
    parts.push_back(values(own));
  }
  JsonObject unchecked;
  for (const SchemaValue& keyword : schema.keywords) {
    if (role_of(keyword) == KeywordRole::combines) {
      parts.push_back(combination(keyword));
    } else if (role_of(keyword) == KeywordRole::unchecked) {
      unchecked.raw(keyword.name, keyword.json);
    }
  }
  if (parts.empty() || unchecked.str() != "{}") {
    parts.push_back({keep<AnyRule>(), unchecked.str()});
  }
  Part part = union_of(std::move(parts), "allOf");
  if (store_.rules() > most_rules || part.json.size() > longest_schema) {
    throw SchemaMistake{schema.pointer,
                        "the schema is too large once its references are followed; write true "
                        "instead of a part of it"};
  }
  return part;
}

// Reads what a schema says of one of several types, or of a type that is not a scalar.
JsonFieldReader::Part JsonFieldReader::typed(const Schema& schema, const std::string& type) {
  Schema own{.pointer = schema.pointer};
  for (const SchemaValue& keyword : schema.keywords) {
    if (keyword.name == "type") {
      own.keywords.push_back({keyword.name, keyword.pointer, quote(type)});
    } else if (keyword.name != "enum" && keyword.name != "const" && has_effect(keyword, type)) {
      own.keywords.push_back(keyword);
    }
  }
  const DeclaredTypes types = declared_types(schema);
  for (const SchemaValue& keyword : schema.keywords) {
    if (std::ranges::none_of(types.names,
                             [&](const std::string& one) { return has_effect(keyword, one); })) {
      throw SchemaMistake{keyword.pointer,
                          quote(keyword.name) + " does nothing for " + with_article(type)};
    }
  }
  return type == "array" ? list(own) : type == "object" ? object(own) : scalar(own);
}

// Reads a scalar. A pattern that cannot be checked, such as one with look-ahead, is not.
JsonFieldReader::Part JsonFieldReader::scalar(Schema schema) {
  reject_filling(schema, "within a field");
  std::erase_if(schema.keywords, [](const SchemaValue& one) { // these would be of the whole field
    return one.name == "default" || one.name == "title" || one.name == "description";
  });
  std::string unchecked_pattern;
  if (const SchemaValue* const pattern = schema.find("pattern");
      pattern != nullptr && !Pattern::compile(text_of(*pattern))) {
    unchecked_pattern = pattern->json;
    std::erase_if(schema.keywords, [](const SchemaValue& one) { return one.name == "pattern"; });
  }
  const Field* const field = store_.keep(read_scalar(schema, "", "", store_));
  std::string json = field_schema(*field);
  if (!unchecked_pattern.empty()) {
    json.insert(json.size() - 1, R"(,"pattern":)" + unchecked_pattern);
  }
  return {keep<ScalarRule>(*field), std::move(json), field};
}

JsonFieldReader::Part JsonFieldReader::list(const Schema& schema) {
  ListItems items;
  JsonObject json;
  json.text("type", "array");
  const SchemaValue* rest = schema.find("items");
  const SchemaValue* first = schema.find("prefixItems");
  if (rest != nullptr && kind_of(rest->json) == "array") { // as drafts before 2020-12 have it
    first = std::exchange(rest, schema.find("additionalItems"));
  }
  if (first != nullptr) {
    std::vector<std::string> schemas;
    for (const SchemaValue& element : elements_of(*first)) {
      Part part = inner(element);
      items.first.push_back(part.rule);
      schemas.push_back(std::move(part.json));
    }
    json.raw("prefixItems", array_of_schemas(schemas));
  }
  const bool is_closed = rest != nullptr && rest->json == "false";
  const Part others = rest == nullptr || is_closed ? Part{keep<AnyRule>(), "{}"} : inner(*rest);
  items.rest = is_closed ? nullptr : others.rule;
  if (rest != nullptr) {
    json.raw("items", is_closed ? "false" : others.json);
  }
  items.fewest = copy_count(schema, "minItems", json).value_or(0);
  items.most = copy_count(schema, "maxItems", json);
  reject_gaps(schema);
  const SchemaValue* const unique = schema.find("uniqueItems");
  items.are_unique = unique != nullptr && unique->json == "true";
  if (items.are_unique) {
    json.raw("uniqueItems", "true");
  }
  const Field* const item = items.first.empty() ? others.scalar : nullptr;
  return {keep<ListRule>(std::move(items)), json.str(), nullptr, item};
}

JsonFieldReader::Part JsonFieldReader::object(const Schema& schema) {
  ObjectMembers members;
  JsonObject json;
  json.text("type", "object");
  if (const SchemaValue* const properties = schema.find("properties")) {
    JsonObject schemas;
    for (const SchemaValue& property : members_of(*properties)) {
      const Part part = inner(property);
      members.named.emplace_back(property.name, part.rule);
      schemas.raw(property.name, part.json);
    }
    json.raw("properties", schemas.str());
  }
  if (const SchemaValue* const patterns = schema.find("patternProperties")) {
    JsonObject schemas;
    for (const SchemaValue& one : members_of(*patterns)) {
      const Part part = inner(one);
      const SchemaValue expression{one.name, one.pointer, json_string(one.name)};
      members.patterns.emplace_back(store_.keep(read_pattern(expression)), part.rule);
      schemas.raw(one.name, part.json);
    }
    json.raw("patternProperties", schemas.str());
  }
  if (const SchemaValue* const required = schema.find("required")) {
    for (const SchemaValue& name : elements_of(*required)) {
      members.required.push_back(text_of(name));
    }
    json.raw("required", json_array(members.required));
  }
  const SchemaValue* const others = schema.find("additionalProperties");
  if (others == nullptr || others->json != "false") {
    const Part part = others == nullptr ? Part{keep<AnyRule>(), "true"} : inner(*others);
    members.others = part.rule;
    json.raw("additionalProperties", part.json == "{}" ? "true" : part.json);
  } else {
    json.raw("additionalProperties", "false");
  }
  if (const SchemaValue* const names = schema.find("propertyNames")) {
    const Part part = inner(*names);
    members.names = part.rule;
    json.raw("propertyNames", part.json);
  }
  members.fewest = copy_count(schema, "minProperties", json).value_or(0);
  members.most = copy_count(schema, "maxProperties", json);
  reject_gaps(schema);
  return {keep<ObjectRule>(std::move(members)), json.str()};
}

// Reads the values of enum and const; null among them makes the schema one that can be null.
JsonFieldReader::Part JsonFieldReader::values(const Schema& schema) {
  std::vector<std::string> json;
  for (const SchemaValue& value : allowed_values(schema)) {
    if (value.json != "null") {
      json.push_back(value.json);
    }
  }
  if (json.empty()) {
    return null();
  }
  return {keep<ValuesRule>(json), R"({"enum":)" + array_of_schemas(json) + '}'};
}

JsonFieldReader::Part JsonFieldReader::combination(const SchemaValue& keyword) {
  if (keyword.name == "not") {
    const Part part = inner(keyword);
    return {keep<NotRule>(part.rule), R"({"not":)" + part.json + '}'};
  }
  std::vector<Part> parts;
  for (const SchemaValue& element : elements_of(keyword)) {
    if (keyword.name == "allOf" || !is_null(element)) { // the whole schema can be null otherwise
      parts.push_back(inner(element));
    }
  }
  if (parts.empty()) {
    reject_value("at least one schema", keyword);
  }
  return union_of(std::move(parts), keyword.name);
}

// Puts parts together by anyOf, oneOf or allOf; one part alone stays as it is.
JsonFieldReader::Part JsonFieldReader::union_of(std::vector<Part> parts, std::string_view keyword) {
  if (parts.size() == 1) {
    return parts.front();
  }
  Rules rules;
  std::vector<std::string> schemas;
  for (Part& part : parts) {
    rules.push_back(part.rule);
    schemas.push_back(std::move(part.json));
  }
  const JsonRule* const rule = keyword == "allOf"
                                   ? keep<AllOfRule>(std::move(rules))
                                   : keep<AnyOfRule>(std::move(rules), keyword == "oneOf");
  return {rule, JsonObject{}.raw(keyword, array_of_schemas(schemas)).str()};
}

} // namespace metrics_event
