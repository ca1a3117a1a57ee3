#pragma once

#include "event/json_rule.hpp"
#include "event/type.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

/// The rules from which those of JSON Schema are composed. Each refers to other rules, which must
/// outlive it.
using Rules = std::vector<const JsonRule*>;

/// Takes any value.
class AnyRule final : public JsonRule {
public:
  std::optional<Mismatch> append(std::string& out, std::string_view json) const override;
  std::string words() const override { return "any JSON value"; }
};

/// Takes null.
class NullRule final : public JsonRule {
public:
  std::optional<Mismatch> append(std::string& out, std::string_view json) const override;
  std::string words() const override { return "null"; }
};

/// Takes the values of a field that is not of the type `json`.
class ScalarRule final : public JsonRule {
public:
  explicit ScalarRule(const Field& field) : field_{field} {}
  std::optional<Mismatch> append(std::string& out, std::string_view json) const override;
  std::string words() const override { return describe(field_); }

private:
  Field field_;
};

/// Takes the listed values, compared as JSON Schema compares them: 1 equals 1.0, and the order of
/// the members of an object does not matter.
class ValuesRule final : public JsonRule {
public:
  explicit ValuesRule(const std::vector<std::string>& json);
  std::optional<Mismatch> append(std::string& out, std::string_view json) const override;
  std::string words() const override { return words_; }

private:
  std::set<std::string> known_; // in their normal form
  std::string words_;
};

/// What a list may contain.
struct ListItems {
  Rules first;                    // one for each of the first values
  const JsonRule* rest = nullptr; // for the values that follow those; null: none may follow
  std::size_t fewest = 0;
  std::optional<std::size_t> most{};
  bool are_unique = false;
};

/// Takes lists.
class ListRule final : public JsonRule {
public:
  explicit ListRule(ListItems items) : items_{std::move(items)} {}
  std::optional<Mismatch> append(std::string& out, std::string_view json) const override;
  std::string words() const override;

private:
  std::optional<Mismatch> check_count(std::size_t count) const;

  ListItems items_;
};

/// What an object may contain. A member must meet the rule of its name and those of all patterns
/// that match its name; when there is none, it must meet `others`.
struct ObjectMembers {
  std::vector<std::pair<std::string, const JsonRule*>> named;
  std::vector<std::pair<const Pattern*, const JsonRule*>> patterns;
  std::vector<std::string> required;
  const JsonRule* others = nullptr; // null: no other member is allowed
  const JsonRule* names = nullptr;  // what each name must be, as a JSON string; null: any name
  std::size_t fewest = 0;
  std::optional<std::size_t> most{};
};

/// Takes objects.
class ObjectRule final : public JsonRule {
public:
  explicit ObjectRule(ObjectMembers members) : members_{std::move(members)} {}
  std::optional<Mismatch> append(std::string& out, std::string_view json) const override;
  std::string words() const override;

private:
  std::optional<Mismatch> append_member(std::string& out, std::string_view name,
                                        std::string_view json) const;

  ObjectMembers members_;
};

/// Takes what one of several rules takes, and no other one of them when `exactly_one` is set.
class AnyOfRule final : public JsonRule {
public:
  AnyOfRule(Rules rules, bool exactly_one) : rules_{std::move(rules)}, exactly_one_{exactly_one} {}
  std::optional<Mismatch> append(std::string& out, std::string_view json) const override;
  std::string words() const override;

private:
  Rules rules_;
  bool exactly_one_;
};

/// Takes what all of several rules take. There is at least one.
class AllOfRule final : public JsonRule {
public:
  explicit AllOfRule(Rules rules) : rules_{std::move(rules)} {}
  std::optional<Mismatch> append(std::string& out, std::string_view json) const override;
  std::string words() const override;

private:
  Rules rules_;
};

/// Takes what another rule does not take.
class NotRule final : public JsonRule {
public:
  explicit NotRule(const JsonRule* rule) : rule_{rule} {}
  std::optional<Mismatch> append(std::string& out, std::string_view json) const override;
  std::string words() const override { return "anything but " + rule_->words(); }

private:
  const JsonRule* rule_;
};

} // namespace metrics_event
