#include "json/reader.hpp"

#include "base/text.hpp"
#include "json/escape.hpp"
#include "json/number.hpp"
#include "json/object_reader.hpp"
#include "json/scanner.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <cstdint>
#include <set>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::string_view white_space = " \t\r\n";

// Says what is wrong with a text that JsonScanner does not take. Boost.JSON's event interface,
// which goes through the same text, and what it does not see.
struct Critic {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Error = boost::json::error_code&;
  using Text = boost::json::string_view;

  std::string token;
  std::string mistake;                      // that Boost.JSON does not see
  std::vector<std::set<std::string>> names; // of each object that is open

  bool refuse(std::string text, Error error) {
    mistake = std::move(text);
    error = boost::json::error::syntax;
    return false;
  }
  bool part(Text text) {
    token.append(text.data(), text.size());
    return true;
  }
  bool end_token() {
    token.clear();
    return true;
  }

  bool on_document_begin(Error) { return true; }
  bool on_document_end(Error) { return true; }
  bool on_object_begin(Error) {
    names.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t, Error) {
    names.pop_back();
    return true;
  }
  bool on_array_begin(Error) { return true; }
  bool on_array_end(std::size_t, Error) { return true; }
  bool on_key_part(Text text, std::size_t, Error) { return part(text); }
  bool on_key(Text text, std::size_t, Error error) {
    part(text);
    const std::string name = std::exchange(token, {});
    return names.back().insert(name).second || refuse(quote(name) + " is there twice", error);
  }
  bool on_string_part(Text, std::size_t, Error) { return true; }
  bool on_string(Text, std::size_t, Error) { return true; }
  bool on_number_part(Text text, Error) { return part(text); }
  bool on_int64(std::int64_t, Text, Error) { return end_token(); }
  bool on_uint64(std::uint64_t, Text, Error) { return end_token(); }
  bool on_double(double, Text text, Error error) {
    part(text);
    if (!plain_number(token)) {
      return refuse("expected a number within the range of a double, got " + quote(token), error);
    }
    return end_token();
  }
  bool on_bool(bool, Error) { return true; }
  bool on_null(Error) { return true; }
  bool on_comment_part(Text, Error) { return true; }
  bool on_comment(Text, Error) { return true; }
};

// Of a text that JsonScanner does not take, or takes for something else than an object, where one
// is expected.
JsonMistake mistake_in(std::string_view text) {
  boost::json::basic_parser<Critic> parser{boost::json::parse_options{}};
  boost::json::error_code error;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), error);
  std::string& mistake = parser.handler().mistake;
  if (!mistake.empty()) {
    return {parsed, std::move(mistake)};
  }
  if (text.find_first_not_of(white_space) == text.npos) {
    return {0, "expected JSON, got nothing"};
  }
  if (error) {
    return {parsed, "no JSON: " + lower_first(error.message())};
  }
  const std::size_t rest = text.find_first_not_of(white_space, parsed);
  return rest == text.npos
             ? JsonMistake{text.find_first_not_of(white_space), "expected a JSON object"}
             : JsonMistake{rest, "something follows the JSON"};
}

} // namespace

ParsedJson<std::string> compact_json(std::string_view text) {
  JsonScanner scanner{text};
  scanner.skip_white_space();
  const std::string_view value = scanner.value();
  const bool is_compact = scanner.is_compact();
  scanner.skip_white_space();
  if (value.empty() || !scanner.is_at_end()) {
    return mistake_in(text);
  }
  std::string out;
  if (is_compact) {
    out = value;
  } else {
    append_compact(out, value);
  }
  return out;
}

ParsedJson<Members> parse_members(std::string_view text) {
  ObjectReader reader;
  if (!reader.read(text)) {
    return mistake_in(text);
  }
  Members members;
  for (const MemberView& member : reader.members()) {
    members.push_back({std::string{member.name}, std::string{member.json}});
  }
  return members;
}

std::size_t offset_of(std::string_view text, std::string_view member) {
  ObjectReader reader;
  if (!reader.read(text)) {
    return 0;
  }
  for (const MemberView& found : reader.members()) {
    const std::string_view name = found.name;
    if (name == member) {
      return found.offset;
    }
    if (member.starts_with(name) && member.substr(name.size()).starts_with('.')) {
      const std::string_view value = JsonScanner{text.substr(found.offset)}.value();
      return found.offset + offset_of(value, member.substr(name.size() + 1));
    }
  }
  return 0;
}

std::optional<std::string> string_value(std::string_view json) {
  JsonScanner scanner{json};
  scanner.skip_white_space();
  const std::string_view string = scanner.string();
  scanner.skip_white_space();
  return string.empty() || !scanner.is_at_end() ? std::nullopt : std::optional{unescaped(string)};
}

} // namespace metrics_event
