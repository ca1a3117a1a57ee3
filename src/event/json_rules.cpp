#include "event/json_rules.hpp"

#include "base/text.hpp"
#include "event/field_value.hpp"
#include "event/pattern.hpp"
#include "json/number.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <functional>

namespace metrics_event {
namespace {

constexpr std::size_t longest_description = 300;

// Puts the name or the index of a part in front of the mismatch in it.
Mismatch in_part(std::string_view name, const Mismatch& mismatch) {
  std::string token;
  for (const char c : name) {
    token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  }
  const std::string quoted = quote(token);
  return Mismatch::saying('/' + quoted.substr(1, quoted.size() - 2) +
                          (is_in_part(mismatch) ? "" : ": ") + mismatch.text);
}

// Returns a value as messages show it.
std::string as_shown(std::string_view json) {
  const auto text = string_value(json);
  return text ? "the text " + quote(*text) : quote(json);
}

// Returns the normal form of a value, which all equal values share: numbers as short as possible,
// and members in the order of their names.
std::string normal_form(std::string_view json) {
  const char kind = json.front();
  if (kind != '[' && kind != '{') {
    const auto number = plain_number(json);
    return number ? shortest_number(*number) : std::string{json};
  }
  JsonReader reader;
  reader.read(json);
  std::vector<std::string> parts;
  for (const Member& member : reader.members()) {
    parts.push_back((kind == '{' ? json_string(member.name) + ':' : "") + normal_form(member.json));
  }
  if (kind == '{') {
    std::ranges::sort(parts);
  }
  return kind + joined(parts, ",", std::identity{}) + (kind == '{' ? '}' : ']');
}

std::string count_of(std::size_t count, std::string_view what) {
  return std::to_string(count) + ' ' + std::string{what} + (count == 1 ? "" : "s");
}

// Describes how many there may be: "2 values", "1 to 3 values", "at least 1 value".
std::string describe_count(std::size_t fewest, std::optional<std::size_t> most,
                           std::string_view what) {
  if (fewest == most) {
    return count_of(fewest, what);
  }
  return !most         ? "at least " + count_of(fewest, what)
         : fewest == 0 ? "at most " + count_of(*most, what)
                       : std::to_string(fewest) + " to " + count_of(*most, what);
}

// Returns what each value must be, in words, or nothing when it may be anything.
std::string each(const JsonRule* rule, std::string_view what) {
  const bool says_something = rule != nullptr && dynamic_cast<const AnyRule*>(rule) == nullptr;
  return says_something ? ", each " + std::string{what} + rule->words() : "";
}

// Words that would be too long to read are replaced.
std::string brief(std::string words, std::string_view otherwise) {
  return words.size() <= longest_description ? std::move(words) : std::string{otherwise};
}

std::optional<Mismatch> check_range(std::size_t count, std::size_t fewest,
                                    std::optional<std::size_t> most, std::string_view what) {
  return count < fewest || (most && count > *most)
             ? std::optional{Mismatch::saying("expected " + describe_count(fewest, most, what) +
                                              ", got " + std::to_string(count))}
             : std::nullopt;
}

} // namespace

std::optional<Mismatch> AnyRule::append(std::string& out, std::string_view json) const {
  out += json;
  return std::nullopt;
}

std::optional<Mismatch> NullRule::append(std::string& out, std::string_view json) const {
  out += json;
  return json == "null" ? std::nullopt : std::optional{mismatch_of_json(words(), json)};
}

std::optional<Mismatch> ScalarRule::append(std::string& out, std::string_view json) const {
  return append_json(out, field_, json);
}

ValuesRule::ValuesRule(const std::vector<std::string>& json)
    : words_{brief((json.size() == 1 ? "" : "one of ") + joined(json, ", ", std::identity{}),
                   "one of the declared values")} {
  for (const std::string& value : json) {
    known_.insert(normal_form(value));
  }
}

std::optional<Mismatch> ValuesRule::append(std::string& out, std::string_view json) const {
  out += json;
  return known_.contains(normal_form(json)) ? std::nullopt
                                            : std::optional{mismatch_of_json(words_, json)};
}

std::optional<Mismatch> ListRule::check_count(std::size_t count) const {
  if (items_.rest == nullptr && count > items_.first.size()) {
    return Mismatch::saying("expected at most " + count_of(items_.first.size(), "value") +
                            ", got " + std::to_string(count));
  }
  return check_range(count, items_.fewest, items_.most, "value");
}

std::optional<Mismatch> ListRule::append(std::string& out, std::string_view json) const {
  if (!json.starts_with('[')) {
    return mismatch_of_json(words(), json);
  }
  JsonReader reader;
  reader.read(json);
  if (auto mismatch = check_count(reader.members().size())) {
    return mismatch;
  }
  std::set<std::string> known;
  std::size_t index = 0;
  out += '[';
  for (const Member& item : reader.members()) {
    const JsonRule& rule = index < items_.first.size() ? *items_.first[index] : *items_.rest;
    out.append(index == 0 ? "" : ",");
    if (const auto mismatch = rule.append(out, item.json)) {
      return in_part(std::to_string(index), *mismatch);
    }
    if (items_.are_unique && !known.insert(normal_form(item.json)).second) {
      return Mismatch::saying("expected different values, got " + as_shown(item.json) + " twice");
    }
    ++index;
  }
  out += ']';
  return std::nullopt;
}

std::string ListRule::words() const {
  const bool is_counted = items_.fewest > 0 || items_.most;
  std::string words = "a list";
  if (is_counted || items_.are_unique) {
    words += " of ";
    words += is_counted ? describe_count(items_.fewest, items_.most, "value") : "values";
    words += items_.are_unique ? " without repetition" : "";
  }
  const auto words_of = [](const JsonRule* rule) { return rule->words(); };
  words += items_.first.empty() ? "" : ": " + joined(items_.first, ", then ", words_of);
  words += items_.first.empty() ? each(items_.rest, "") : "";
  return brief(std::move(words), "a list of the declared kind");
}

std::optional<Mismatch> ObjectRule::append(std::string& out, std::string_view json) const {
  if (!json.starts_with('{')) {
    return mismatch_of_json(words(), json);
  }
  JsonReader reader;
  reader.read(json);
  const auto given = reader.members();
  if (auto mismatch = check_range(given.size(), members_.fewest, members_.most, "member")) {
    return mismatch;
  }
  for (const std::string& name : members_.required) {
    if (std::ranges::find(given, name, &Member::name) == given.end()) {
      return Mismatch::saying("the member " + quote(name) + " is missing");
    }
  }
  out += '{';
  for (const Member& member : given) {
    out.append(&member == given.data() ? "" : ",");
    if (const auto mismatch = append_member(out, member.name, member.json)) {
      return in_part(member.name, *mismatch);
    }
  }
  out += '}';
  return std::nullopt;
}

std::optional<Mismatch> ObjectRule::append_member(std::string& out, std::string_view name,
                                                  std::string_view json) const {
  std::string unused;
  if (members_.names != nullptr) {
    if (const auto mismatch = members_.names->append(unused, json_string(name))) {
      return Mismatch::saying("the name does not fit: " + mismatch->text);
    }
  }
  Rules rules;
  for (const auto& [declared, rule] : members_.named) {
    if (declared == name) {
      rules.push_back(rule);
    }
  }
  for (const auto& [pattern, rule] : members_.patterns) {
    if (pattern->matches(name)) {
      rules.push_back(rule);
    }
  }
  if (rules.empty() && members_.others == nullptr) {
    std::vector<std::string_view> known;
    for (const auto& declared : members_.named) {
      known.push_back(declared.first);
    }
    return Mismatch::saying("no such member is declared" + did_you_mean(name, known));
  }
  out += json_string(name) + ':';
  return AllOfRule{rules.empty() ? Rules{members_.others} : std::move(rules)}.append(out, json);
}

std::string ObjectRule::words() const {
  std::vector<std::string> required;
  for (const std::string& name : members_.required) {
    required.push_back(quote(name));
  }
  std::string words = "an object";
  words += required.empty() ? "" : " with " + enumeration(required);
  if (members_.fewest > 0 || members_.most) {
    words += (required.empty() ? " with " : " and ") +
             describe_count(members_.fewest, members_.most, "member");
  }
  words += members_.named.empty() ? each(members_.others, "value ") : "";
  return brief(std::move(words), "an object of the declared kind");
}

std::optional<Mismatch> AnyOfRule::append(std::string& out, std::string_view json) const {
  std::optional<std::string> taken;
  std::vector<Mismatch> in_parts;
  for (const JsonRule* const rule : rules_) {
    std::string value;
    if (const auto mismatch = rule->append(value, json)) {
      if (is_in_part(*mismatch)) {
        in_parts.push_back(*mismatch);
      }
    } else if (taken) {
      return Mismatch::saying(
          "expected JSON that exactly one of the declared schemas allows, got " + as_shown(json));
    } else {
      taken = std::move(value);
      if (!exactly_one_) {
        break;
      }
    }
  }
  if (taken) {
    out += *taken;
    return std::nullopt;
  }
  // The rules that looked into the value know best what is wrong.
  constexpr std::size_t most_shown = 3;
  if (in_parts.empty() || in_parts.size() > most_shown) {
    return mismatch_of_json(words(), json);
  }
  const auto text_of = [](const Mismatch& mismatch) { return mismatch.text; };
  return Mismatch::saying(joined(in_parts, ", or ", text_of));
}

std::string AnyOfRule::words() const {
  std::vector<std::string> all;
  for (const JsonRule* const rule : rules_) {
    all.push_back(rule->words());
  }
  return brief(enumeration(all, " or "), "JSON as one of the declared schemas allows it");
}

std::optional<Mismatch> AllOfRule::append(std::string& out, std::string_view json) const {
  auto mismatch = rules_.front()->append(out, json);
  for (std::size_t i = 1; i < rules_.size() && !mismatch; ++i) {
    std::string unused;
    mismatch = rules_[i]->append(unused, json);
  }
  return mismatch;
}

std::string AllOfRule::words() const {
  std::vector<std::string> all;
  for (const JsonRule* const rule : rules_) {
    all.push_back(rule->words());
  }
  return brief(enumeration(all, " and also "), "JSON as all of the declared schemas allow it");
}

std::optional<Mismatch> NotRule::append(std::string& out, std::string_view json) const {
  out += json;
  std::string unused;
  return rule_->append(unused, json) ? std::nullopt
                                     : std::optional{mismatch_of_json(words(), json)};
}

} // namespace metrics_event
