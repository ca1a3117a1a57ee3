#include "json/reader.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "json/number.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace metrics_event {
namespace {

bool is_json_space(char c) {
  return c <= ' ' && (c == ' ' || c == '\t' || c == '\r' || c == '\n');
}

// Whether a byte stands for itself in a string: printable ASCII except quote and backslash does.
constexpr std::array<bool, 256> plain_bytes = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x7F; ++byte) {
    plain[byte] = byte != '"' && byte != '\\';
  }
  return plain;
}();
constexpr auto is_plain = [](char c) { return plain_bytes[static_cast<unsigned char>(c)]; };
constexpr auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };

// Returns a valid JSON text in the form that `compact_json` returns.
std::string compact(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view string = leading_string(text);
    if (!string.empty()) {
      append_json_string(out, *string_value(string));
    } else if (!is_json_space(text.front())) {
      out += text.front();
    }
    text.remove_prefix(std::max<std::size_t>(string.size(), 1));
  }
  return out;
}

} // namespace

// Returns whether an escape, without its backslash, is a code unit that means a character only
// together with another one. Python writes a byte that is not UTF-8 as one.
bool is_surrogate(std::string_view escape) {
  return escape.size() > 2 && escape[0] == 'u' && to_lower(escape[1]) == 'd' &&
         std::string_view{"89abcdef"}.find(to_lower(escape[2])) != std::string_view::npos;
}

// One pass through a text. A function consumes the part that it is named for or throws JsonMistake.
class JsonReader::Pass {
public:
  Pass(JsonReader& reader, std::string_view text, std::size_t levels)
      : reader_{reader}, text_{text}, levels_{levels} {}

  void text() {
    white_space();
    if (rest_.empty()) {
      throw JsonMistake{0, "expected JSON, got nothing"};
    }
    value(levels_);
    white_space();
    if (!rest_.empty()) {
      reject("unexpected " + next() + " after the JSON value");
    }
  }

private:
  std::size_t offset() const { return text_.size() - rest_.size(); }
  [[noreturn]] void reject(std::string why) const { throw JsonMistake{offset(), std::move(why)}; }
  [[noreturn]] void reject_syntax(const std::string& why) const {
    reject(rest_.empty() ? "incomplete JSON" : "not valid JSON: " + why);
  }
  [[noreturn]] void reject_next() const {
    const bool is_quote = rest_.starts_with('\''); // as Python's repr() writes strings
    reject_syntax("unexpected " + next() + (is_quote ? "; strings need double quotes" : ""));
  }

  // Returns the next character as messages show it; empty at the end of the text.
  std::string next() const {
    const std::size_t length = rest_.empty() ? 0 : first_code_point(rest_).length;
    return rest_.empty() ? "" : quote(rest_.substr(0, std::max<std::size_t>(length, 1)));
  }

  void expect(char c) {
    if (!take(rest_, c)) {
      reject_next();
    }
  }

  void white_space() {
    while (!rest_.empty() && is_json_space(rest_.front())) {
      rest_.remove_prefix(1);
      is_compact_ = false;
    }
  }

  void value(std::size_t levels_left) {
    switch (rest_.empty() ? '\0' : rest_.front()) {
    case '"': return string();
    case '{': return members('}', levels_left);
    case '[': return members(']', levels_left);
    case 't': return word("true");
    case 'f': return word("false");
    case 'n': return word("null");
    default: return number();
    }
  }

  // Consumes an object or an array, which `close`, its closing bracket, tells apart.
  void members(char close, std::size_t levels_left) {
    if (levels_left == 0) {
      reject("not valid JSON: arrays and objects are nested too deeply");
    }
    const std::size_t first_name = reader_.names_.size();
    rest_.remove_prefix(1);
    white_space();
    if (take(rest_, close)) {
      return;
    }
    do {
      white_space();
      member(close == '}', levels_left);
    } while (take(rest_, ','));
    expect(close);
    check_names(first_name);
  }

  void member(bool is_named, std::size_t levels_left) {
    std::string_view name;
    if (is_named) {
      const std::string_view before = rest_;
      string();
      name = passed_since(before);
      name = has_escape_ ? keep(*string_value(name)) : name.substr(1, name.size() - 2);
      reader_.names_.push_back({name, offset() - 1});
      white_space();
      expect(':');
      white_space();
    }
    const bool is_outermost = levels_left == levels_;
    is_compact_ = is_compact_ || is_outermost;
    const std::string_view before = rest_;
    value(levels_left - 1);
    if (is_outermost) {
      const std::string_view text = passed_since(before);
      reader_.members_.push_back({name, is_compact_ ? text : keep(compact(text)), text});
    }
    white_space();
  }

  std::string_view passed_since(std::string_view before) const {
    return {before.data(), before.size() - rest_.size()};
  }

  std::string_view keep(std::string made) { return reader_.made_.emplace_front(std::move(made)); }

  // Checks the names of an object, which begin at this index, and removes them. Sorting makes
  // duplicates neighbours and takes n log n steps whatever the names are.
  void check_names(std::size_t first) {
    std::vector<Name>& names = reader_.names_;
    const auto begin = names.begin() + static_cast<std::ptrdiff_t>(first);
    std::ranges::sort(begin, names.end(), {}, [](const Name& name) {
      return std::tuple{name.text.size(), name.text, name.end};
    });
    const auto repeated = std::ranges::adjacent_find(begin, names.end(), {}, &Name::text);
    if (repeated != names.end()) {
      throw JsonMistake{std::next(repeated)->end, quote(repeated->text) + " occurs twice"};
    }
    names.erase(begin, names.end());
  }

  void string() {
    has_escape_ = false;
    expect('"');
    while (true) {
      const auto special = std::find_if_not(rest_.begin(), rest_.end(), is_plain);
      rest_.remove_prefix(static_cast<std::size_t>(special - rest_.begin()));
      if (take(rest_, '"')) {
        return;
      }
      take(rest_, '\\') ? escape() : character();
    }
  }

  // Consumes an escape whose backslash has been consumed.
  void escape() {
    constexpr std::string_view as_written = "nt"; // the writer's own escapes besides
    has_escape_ = true;
    if (take(rest_, '"') || take(rest_, '\\')) { // by far the most frequent ones
      return;
    }
    is_compact_ = is_compact_ && as_written.find(rest_.substr(0, 1)) != as_written.npos;
    const std::string_view before = rest_;
    if (!take_escape(rest_)) {
      constexpr std::size_t size_of_unit = 5; // u and four digits
      reject_syntax(is_surrogate(before)
                        ? quote('\\' + std::string{before.substr(0, size_of_unit)}) +
                              " is half a surrogate pair; write both halves or leave it out"
                        : "illegal escape");
    }
  }

  void character() {
    const CodePoint c = rest_.empty() ? CodePoint{} : first_code_point(rest_);
    if (c.value < ' ') { // this includes bytes that are not UTF-8, whose value is 0
      reject_character(c.length > 0);
    }
    is_compact_ = is_compact_ && !acts_on_terminal(c.value);
    rest_.remove_prefix(c.length);
  }

  [[noreturn]] void reject_character(bool is_control) {
    const std::string byte = quote(rest_.substr(0, 1));
    constexpr std::size_t most_in_character = 4;
    if (rest_.size() < most_in_character && std::ranges::none_of(rest_, is_ascii)) {
      rest_ = {}; // the text may be cut off within a character
    }
    reject_syntax(is_control ? "the control character " + byte + " in a string must be an escape"
                             : "the byte " + byte + " is not UTF-8; if the text is Latin-1, " +
                                   "convert it with iconv -f LATIN1 -t UTF-8");
  }

  void number() {
    const std::string_view before = rest_;
    if (!skip_number(rest_)) {
      reject_value(before);
    }
    const std::string_view number = passed_since(before);
    if (!is_always_finite(number) && !plain_number(number)) {
      reject("expected a number within the range of a double, got " + quote(number));
    }
  }

  void word(std::string_view word) {
    if (!rest_.starts_with(word)) {
      const std::string_view before = rest_;
      rest_.remove_prefix(word.starts_with(rest_) ? rest_.size() : 0); // the word is cut off
      reject_value(before);
    }
    rest_.remove_prefix(word.size());
  }

  // Rejects the value at the beginning of `before`, and says what to write instead of numbers that
  // other programs print.
  [[noreturn]] void reject_value(std::string_view before) {
    const std::string_view token = before.substr(0, before.find_first_of(" \t\r\n,:]}"));
    const std::string word = lower_case(token.substr(token.starts_with('-') ? 1 : 0));
    if (word == "nan" || word == "inf" || word == "infinity") {
      rest_ = before;
      reject(quote(token) + " is not a JSON number; write null or leave it out");
    }
    if (const auto number = number_with_bare_point(token); number && !rest_.empty()) {
      rest_ = before;
      reject(quote(token) + " is not a JSON number; write " + quote(*number));
    }
    // Python's str() writes these values so.
    const std::string_view literal = word == "none" ? "null" : std::string_view{word};
    if (literal == "true" || literal == "false" || literal == "null") {
      rest_ = before;
      reject(quote(token) + " is not a JSON value; write " + quote(literal));
    }
    reject_next();
  }

  JsonReader& reader_;
  std::string_view text_;
  std::string_view rest_ = text_;
  std::size_t levels_;      // the most that the whole text may have
  bool is_compact_ = true;  // no byte since this was set needs rewriting
  bool has_escape_ = false; // the string that was read last has an escape
};

bool JsonReader::read(std::string_view text, std::size_t levels) {
  names_.clear();
  members_.clear();
  made_.clear();
  try {
    Pass{*this, text, levels}.text();
    return true;
  } catch (JsonMistake& mistake) {
    mistake_ = std::move(mistake);
    return false;
  }
}

bool JsonReader::read_object(std::string_view text) {
  if (!read(text)) {
    return false;
  }
  const auto first = std::ranges::find_if_not(text, is_json_space);
  if (*first != '{') {
    mistake_ = {static_cast<std::size_t>(first - text.begin()), "expected a JSON object"};
  }
  return *first == '{';
}

ParsedJson<std::string> compact_json(std::string_view text, std::size_t levels) {
  JsonReader reader;
  return reader.read(text, levels) ? ParsedJson<std::string>{compact(text)} : reader.mistake();
}

} // namespace metrics_event
