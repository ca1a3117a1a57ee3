#include "event/extra_field.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "json/number.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::string_view grammar = "KEY=TEXT or KEY:=JSON";
constexpr std::size_t most_nested = 16;
constexpr std::size_t longest_key = 1024; // in a message, in bytes

// Removes the next character of a key from `rest` and returns it, without a backslash that escapes
// it.
char take_character(std::string_view& rest) {
  constexpr std::string_view special = "[]:=\\@";
  const bool is_escaped =
      rest.size() > 1 && rest[0] == '\\' && special.find(rest[1]) != special.npos;
  const char c = rest[is_escaped ? 1 : 0];
  rest.remove_prefix(is_escaped ? 2 : 1);
  return c;
}

// Removes a key up to its separator from `rest`. Returns false when the key is malformed or no
// separator follows.
bool take_key(std::string_view& rest, std::vector<std::string>& path) {
  path.emplace_back();
  bool is_open = false;
  bool is_closed = false;
  while (!rest.empty()) {
    const bool is_separator = rest.starts_with('=') || rest.starts_with(":=");
    if (is_open && rest.starts_with(']')) {
      rest.remove_prefix(1);
      is_open = false;
      is_closed = true;
    } else if (!is_open && rest.starts_with('[')) {
      rest.remove_prefix(1);
      is_open = true;
      path.emplace_back();
    } else if (!is_open && is_separator) {
      return !path.front().empty() && path.size() <= most_nested;
    } else if (is_closed && !is_open) {
      return false; // only a bracket or the separator may follow a bracket
    } else {
      path.back() += take_character(rest);
    }
  }
  return false;
}

// A node of the JSON tree: a value, an object with its members, or an array with its items, in the
// order given.
struct Node {
  enum class Kind { none, value, object, array };

  Kind kind = Kind::none;
  std::string json;
  std::vector<std::pair<std::string, std::unique_ptr<Node>>> inner;
  std::map<std::string, std::size_t, std::less<>> places; // of the members in `inner`, by name

  // Returns the empty node at the end of a path and creates what is missing on the way. Returns
  // null when a value is there already, or a node on the way is of another kind.
  Node* descend(std::span<const std::string> path) {
    if (path.empty()) {
      return kind == Kind::none ? this : nullptr;
    }
    const Kind wanted = path.front().empty() ? Kind::array : Kind::object;
    if (kind != Kind::none && kind != wanted) {
      return nullptr;
    }
    kind = wanted;
    const std::size_t place = kind == Kind::array
                                  ? inner.size()
                                  : places.try_emplace(path.front(), inner.size()).first->second;
    if (place == inner.size()) {
      inner.emplace_back(path.front(), std::make_unique<Node>());
    }
    return inner[place].second->descend(path.subspan(1));
  }

  std::string text() const {
    if (kind == Kind::value) {
      return json;
    }
    const bool is_array = kind == Kind::array;
    std::string text{is_array ? '[' : '{'};
    for (const auto& [name, node] : inner) {
      text.append(text.size() > 1 ? "," : "");
      text.append(is_array ? "" : json_string(name) + ':').append(node->text());
    }
    return text += is_array ? ']' : '}';
  }
};

bool put(Node& root, const ExtraField& field, std::string json) {
  Node* const place = root.descend(field.path);
  if (place == nullptr) {
    return false;
  }
  place->kind = Node::Kind::value;
  place->json = std::move(json);
  return true;
}

// Reads the JSON value of a field. The objects and arrays around it count as levels, too. A number
// without a digit before or after its point is taken as in a flag, because both come from scripts.
ParsedJson<std::string> json_in(const ExtraField& field) {
  return compact_json(number_with_bare_point(field.text).value_or(field.text),
                      most_json_levels - field.path.size());
}

// Returns the message for a value that is not valid JSON. A word such as `foo` was meant as a
// string, which needs no quotes behind a plain equals sign; anything else gets the reader's reason.
std::string why_no_json(const ExtraField& field, const std::string& reason) {
  const auto is_in_word = [](char c) {
    return is_letter_or_digit(c) || std::string_view{"-_./@+"}.find(c) != std::string_view::npos;
  };
  const bool is_word = !field.text.empty() && is_letter(field.text.front()) &&
                       std::ranges::all_of(field.text, is_in_word);
  const bool has_remedy = reason.starts_with('"'); // as for NaN, which is not meant as a string
  if (is_word && !has_remedy && !field.is_file) {
    return quote(field.text) + " is not valid JSON; write " +
           visible(key_of(field) + '=' + field.text, longest_key) + " for a string";
  }
  return reason + (field.text.empty() ? "" : ", in " + quote(field.text));
}

Parsed<std::string> value_of(const ExtraField& field) {
  if (!field.is_json) {
    return is_utf8(field.text) ? Parsed<std::string>{json_string(field.text)}
                               : Mismatch{"valid UTF-8", field.text};
  }
  auto json = json_in(field);
  if (!json) {
    return Mismatch::saying(why_no_json(field, json.error().text));
  }
  return *std::move(json);
}

// Returns the path of a field with `before` and `after` around each name that follows the first.
std::string joined_path(const ExtraField& field, std::string_view before, std::string_view after) {
  std::string path = field.path.front();
  for (std::size_t i = 1; i < field.path.size(); ++i) {
    path.append(before).append(field.path[i]).append(after);
  }
  return path;
}

} // namespace

bool is_extra_field(std::string_view word) {
  const std::size_t equals = word.find('=');
  return equals != word.npos && word.substr(0, equals).find("://") == word.npos; // not a URL
}

Parsed<ExtraField> parse_extra_field(std::string_view word) {
  ExtraField field;
  std::string_view rest = word;
  const bool has_key = take_key(rest, field.path);
  const std::string_view key = word.substr(0, word.size() - rest.size());
  if (word.starts_with('=') || word.starts_with(":=")) {
    return Mismatch::saying("the key is missing in " + quote(word) + "; expected " +
                            std::string{grammar});
  }
  if (!has_key || !is_utf8(key)) {
    return Mismatch{grammar, key};
  }
  field.is_json = rest.starts_with(':');
  rest.remove_prefix(field.is_json ? 2 : 1);
  field.is_file = rest.starts_with('@');
  rest.remove_prefix(field.is_file || rest.starts_with("\\@") ? 1 : 0);
  field.text = rest;
  return field;
}

boost::system::result<std::string, EventMistake> outline_of(std::span<const ExtraField> fields) {
  Node root;
  for (const ExtraField& field : fields) {
    const auto json =
        field.is_json && !field.is_file ? json_in(field) : ParsedJson<std::string>{JsonMistake{}};
    if (!put(root, field, json ? *json : field.is_file ? "null" : "0")) {
      const auto is_same = [&field](const ExtraField& other) { return other.path == field.path; };
      return EventMistake{ExitCode::usage,
                          quote(key_of(field)) + (std::ranges::count_if(fields, is_same) > 1
                                                      ? " is given twice; give it once"
                                                      : " is given as a value and as an object or "
                                                        "array; give one"),
                          ""};
    }
  }
  return root.text();
}

boost::system::result<std::string, EventMistake> object_of(std::span<const ExtraField> fields) {
  Node root;
  std::vector<EventMistake> mistakes;
  for (const ExtraField& field : fields) {
    auto json = value_of(field);
    if (!json) {
      mistakes.push_back(
          {ExitCode::data, key_of(field) + ": " + json.error().text, name_of(field)});
      continue;
    }
    put(root, field, *std::move(json));
  }
  if (!mistakes.empty()) {
    return first_of(std::move(mistakes));
  }
  return root.text();
}

std::string key_of(const ExtraField& field) {
  return visible(joined_path(field, "[", "]"), longest_key);
}

std::string name_of(const ExtraField& field) {
  return joined_path(field, ".", "");
}

} // namespace metrics_event
