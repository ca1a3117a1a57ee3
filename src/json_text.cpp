#include "json_text.hpp"

#include "text.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <tuple>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::string_view white_space = " \t\r\n";
// So many characters without an exponent are no number that a double takes for infinite, or for 0.
constexpr std::size_t always_within_range = 300;

void append_unicode_escape(std::string& out, char32_t character) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    out += digits[(character >> shift) & 0xFU];
  }
}

// Whether a byte is in a JSON string what it is here, on a terminal as well.
bool is_plain(char c) {
  return c >= ' ' && c < 0x7F && c != '"' && c != '\\';
}

void append_escaped(std::string& out, std::string_view utf8) {
  while (!utf8.empty()) {
    const auto end_of_plain = std::ranges::find_if_not(utf8, is_plain);
    if (end_of_plain != utf8.begin()) { // the most of most strings
      out.append(utf8.begin(), end_of_plain);
      utf8.remove_prefix(static_cast<std::size_t>(end_of_plain - utf8.begin()));
      continue;
    }
    const CodePoint c = first_code_point(utf8);
    if (c.value == '"' || c.value == '\\') {
      out.append(1, '\\').append(1, utf8.front());
    } else if (c.value == '\n' || c.value == '\t') {
      out += c.value == '\n' ? "\\n" : "\\t";
    } else if (c.length == 0) {
      out += "\uFFFD";
    } else if (acts_on_terminal(c.value)) {
      append_unicode_escape(out, c.value);
    } else {
      out += utf8.substr(0, c.length);
    }
    utf8.remove_prefix(std::max<std::size_t>(c.length, 1));
  }
}

struct NumberParts {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::string_view exponent; // with its sign
};

std::string_view take_digits(std::string_view& text) {
  std::size_t n = 0;
  while (n < text.size() && text[n] >= '0' && text[n] <= '9') {
    ++n;
  }
  const std::string_view digits = text.substr(0, n);
  text.remove_prefix(n);
  return digits;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) {
    return false;
  }
  text.remove_prefix(1);
  return true;
}

std::optional<NumberParts> split_number(std::string_view text) {
  NumberParts parts;
  parts.negative = take(text, "-");
  parts.whole = take_digits(text);
  if (parts.whole.empty() || (parts.whole.size() > 1 && parts.whole.front() == '0')) {
    return std::nullopt;
  }
  if (take(text, ".")) {
    parts.fraction = take_digits(text);
    if (parts.fraction.empty()) {
      return std::nullopt;
    }
  }
  if (take(text, "eE")) {
    parts.exponent = text;
    take(text, "+-");
    if (take_digits(text).empty()) {
      return std::nullopt;
    }
  }
  return text.empty() ? std::optional{parts} : std::nullopt;
}

bool is_zero(const NumberParts& parts) {
  return parts.whole.find_first_not_of('0') == std::string_view::npos &&
         parts.fraction.find_first_not_of('0') == std::string_view::npos;
}

// Moves the decimal point; the caller has made sure that the exponent is in a double's range.
std::string without_exponent(const NumberParts& parts) {
  std::string_view exponent_text = parts.exponent;
  take(exponent_text, "+");
  std::ptrdiff_t exponent = 0;
  std::from_chars(exponent_text.data(), exponent_text.data() + exponent_text.size(), exponent);

  std::string digits{parts.whole};
  digits += parts.fraction;
  std::ptrdiff_t point = static_cast<std::ptrdiff_t>(parts.whole.size()) + exponent;
  if (point <= 0) {
    digits.insert(0, static_cast<std::size_t>(1 - point), '0');
    point = 1;
  }
  const auto split = static_cast<std::size_t>(point);
  if (digits.size() < split) {
    digits.append(split - digits.size(), '0');
  }
  std::string whole = digits.substr(0, split);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  const std::string fraction = digits.substr(split);
  return (parts.negative ? "-" : "") + whole + (fraction.empty() ? "" : '.' + fraction);
}

// Boost.JSON's event interface: rewrites each token as it comes, so that no number becomes a
// double.
struct Compactor {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Error = boost::json::error_code&;
  using Text = boost::json::string_view;

  // A member of the outermost object, its value as a part of `out`.
  struct Place {
    std::string name;
    std::size_t begin;
    std::size_t end;
  };

  std::string out;
  std::string token;
  std::string mistake;                      // that Boost.JSON does not see
  std::vector<std::set<std::string>> names; // of each object and array that is open
  std::vector<Place> members;
  bool is_object = false;

  bool refuse(std::string text, Error error) {
    mistake = std::move(text);
    error = boost::json::error::syntax;
    return false;
  }
  void separate() {
    if (!out.empty() && out.back() != '{' && out.back() != '[' && out.back() != ':') {
      out += ',';
    }
  }
  void end_value() {
    if (names.size() == 1 && !members.empty()) {
      members.back().end = out.size();
    }
  }
  bool begin(char bracket) {
    separate();
    is_object = is_object || (out.empty() && bracket == '{');
    out += bracket;
    names.emplace_back();
    return true;
  }
  bool end(char bracket) {
    out += bracket;
    names.pop_back();
    end_value();
    return true;
  }
  bool part(Text text) {
    token.append(text.data(), text.size());
    return true;
  }
  bool scalar(Text text) {
    separate();
    part(text);
    out += token;
    token.clear();
    end_value();
    return true;
  }
  void string(Text text) {
    separate();
    part(text);
    out += '"';
    append_escaped(out, token);
    out += '"';
  }

  bool on_document_begin(Error) { return true; }
  bool on_document_end(Error) { return true; }
  bool on_object_begin(Error) { return begin('{'); }
  bool on_object_end(std::size_t, Error) { return end('}'); }
  bool on_array_begin(Error) { return begin('['); }
  bool on_array_end(std::size_t, Error) { return end(']'); }
  bool on_key_part(Text text, std::size_t, Error) { return part(text); }
  bool on_key(Text text, std::size_t, Error error) {
    string(text);
    out += ':';
    const std::string name = std::exchange(token, {});
    if (names.size() == 1) {
      members.push_back({name, out.size(), out.size()});
    }
    return names.back().insert(name).second || refuse(quote(name) + " is there twice", error);
  }
  bool on_string_part(Text text, std::size_t, Error) { return part(text); }
  bool on_string(Text text, std::size_t, Error) {
    string(text);
    token.clear();
    end_value();
    return true;
  }
  bool on_number_part(Text text, Error) { return part(text); }
  bool on_int64(std::int64_t, Text text, Error) { return scalar(text); }
  bool on_uint64(std::uint64_t, Text text, Error) { return scalar(text); }
  bool on_double(double, Text text, Error error) {
    part(text);
    if (!plain_number(token)) {
      return refuse("expected a number within the range of a double, got " + quote(token), error);
    }
    return scalar({});
  }
  bool on_bool(bool value, Error) { return scalar(value ? "true" : "false"); }
  bool on_null(Error) { return scalar("null"); }
  bool on_comment_part(Text, Error) { return true; }
  bool on_comment(Text, Error) { return true; }
};

// Goes through the members of an object that is known to be JSON.
class MemberScanner {
public:
  explicit MemberScanner(std::string_view object) : text_{object} {
    skip_white_space();
    is_object_ = at_ < text_.size() && text_[at_] == '{';
    at_ += is_object_ ? 1U : 0U;
  }

  bool next() {
    skip_white_space();
    if (!is_object_ || at_ == text_.size() || text_[at_] == '}') {
      return false;
    }
    const std::size_t name = at_;
    skip_value();
    name_ = text_.substr(name, at_ - name);
    skip_white_space();
    ++at_; // the colon
    skip_white_space();
    value_ = at_;
    skip_value();
    end_ = at_;
    skip_white_space();
    at_ += at_ < text_.size() && text_[at_] == ',' ? 1U : 0U;
    return true;
  }

  std::string_view name() const { return name_; } // as JSON
  std::string_view value() const { return text_.substr(value_, end_ - value_); }
  std::size_t offset() const { return value_; }

private:
  void skip_white_space() {
    at_ = std::min(text_.find_first_not_of(white_space, at_), text_.size());
  }
  void skip_string() {
    for (++at_; text_[at_] != '"'; ++at_) {
      at_ += text_[at_] == '\\' ? 1U : 0U;
    }
    ++at_;
  }
  void skip_value() {
    int depth = 0;
    do {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
      } else if (c == '{' || c == '[' || c == '}' || c == ']') {
        depth += c == '{' || c == '[' ? 1 : -1;
        ++at_;
      } else if (depth > 0) {
        ++at_;
      } else {
        at_ = std::min(text_.find_first_of(", \t\r\n}]:", at_), text_.size());
      }
    } while (depth > 0);
  }

  std::string_view text_;
  std::string_view name_;
  std::size_t at_ = 0;
  std::size_t value_ = 0;
  std::size_t end_ = 0;
  bool is_object_;
};

// Reads one JSON value; nothing when all is well.
std::optional<JsonMistake> compact(std::string_view text, Compactor& compactor) {
  boost::json::basic_parser<Compactor> parser{boost::json::parse_options{}};
  boost::json::error_code error;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), error);
  compactor = std::move(parser.handler());
  if (!compactor.mistake.empty()) {
    return JsonMistake{parsed, std::move(compactor.mistake)};
  }
  if (text.find_first_not_of(white_space) == text.npos) {
    return JsonMistake{0, "expected JSON, got nothing"};
  }
  if (error) {
    return JsonMistake{parsed, "no JSON: " + lower_first(error.message())};
  }
  const std::size_t rest = text.find_first_not_of(white_space, parsed);
  return rest == text.npos ? std::nullopt
                           : std::optional{JsonMistake{rest, "something follows the JSON"}};
}

} // namespace

std::string json_string(std::string_view utf8) {
  std::string out = "\"";
  append_escaped(out, utf8);
  return out += '"';
}

std::size_t json_string_bound(std::string_view utf8) {
  std::size_t size = 2; // quotes
  for (const char c : utf8) {
    const auto byte = static_cast<unsigned char>(c);
    size += byte >= 0x80                  ? 3U // U+FFFD for one, \u0080 for two
            : byte < 0x20 || byte == 0x7F ? 6U // \u001b
            : byte == '"' || byte == '\\' ? 2U
                                          : 1U;
  }
  return size;
}

std::string json_array(std::span<const std::string> strings) {
  std::string out = "[";
  for (const std::string& string : strings) {
    out.append(out.size() > 1 ? "," : "").append(json_string(string));
  }
  return out += ']';
}

std::string json_object(const std::map<std::string, std::string>& strings) {
  JsonObject object;
  for (const auto& [name, value] : strings) {
    object.text(name, value);
  }
  return object.str();
}

bool is_number(std::string_view text) {
  return split_number(text).has_value();
}

std::optional<std::string> plain_number(std::string_view text) {
  const std::optional<NumberParts> parts = split_number(text);
  if (!parts) {
    return std::nullopt;
  }
  if (parts->exponent.empty() && text.size() <= always_within_range) {
    return std::string{text};
  }
  // strtod and not from_chars, which clang 14 cannot do for doubles; the grammar above leaves it
  // nothing that depends on the locale, which is "C" as long as nobody calls setlocale.
  const double value = std::strtod(std::string{text}.c_str(), nullptr);
  if (!std::isfinite(value) || (value == 0 && !is_zero(*parts))) {
    return std::nullopt;
  }
  if (parts->exponent.empty()) {
    return std::string{text};
  }
  if (is_zero(*parts)) { // whatever its exponent says
    return std::string{parts->negative ? "-0" : "0"};
  }
  return without_exponent(*parts);
}

std::weak_ordering compare_numbers(std::string_view left, std::string_view right) {
  const NumberParts a = *split_number(left);
  const NumberParts b = *split_number(right);
  const auto sign = [](const NumberParts& parts) {
    return is_zero(parts) ? 0 : parts.negative ? -1 : 1;
  };
  if (sign(a) != sign(b) || sign(a) == 0) {
    return sign(a) <=> sign(b);
  }
  const auto fraction = [](const NumberParts& parts) {
    return parts.fraction.substr(0, parts.fraction.find_last_not_of('0') + 1);
  };
  const auto magnitude = [&fraction](const NumberParts& parts) {
    return std::tuple{parts.whole.size(), parts.whole, fraction(parts)};
  };
  return a.negative ? magnitude(b) <=> magnitude(a) : magnitude(a) <=> magnitude(b);
}

ParsedJson<std::string> compact_json(std::string_view text) {
  Compactor compactor;
  if (auto mistake = compact(text, compactor)) {
    return *std::move(mistake);
  }
  return std::move(compactor.out);
}

ParsedJson<Members> parse_members(std::string_view text) {
  Compactor compactor;
  if (auto mistake = compact(text, compactor)) {
    return *std::move(mistake);
  }
  if (!compactor.is_object) {
    return JsonMistake{text.find_first_not_of(white_space), "expected a JSON object"};
  }
  Members members;
  for (Compactor::Place& place : compactor.members) {
    members.push_back(
        {std::move(place.name), compactor.out.substr(place.begin, place.end - place.begin)});
  }
  return members;
}

std::size_t offset_of(std::string_view text, std::string_view member) {
  MemberScanner scanner{text};
  while (scanner.next()) {
    const std::string name = string_value(scanner.name()).value_or("");
    if (name == member) {
      return scanner.offset();
    }
    if (member.starts_with(name + '.')) {
      const std::size_t inner = offset_of(scanner.value(), member.substr(name.size() + 1));
      return scanner.offset() + inner;
    }
  }
  return 0;
}

std::optional<std::string> string_value(std::string_view json) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse({json.data(), json.size()}, error);
  if (error || !value.is_string()) {
    return std::nullopt;
  }
  return std::string{value.get_string().data(), value.get_string().size()};
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  return raw(name, json_string(value));
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  text_.append(text_.size() > 1 ? "," : "").append(json_string(name)).append(1, ':').append(json);
  return *this;
}

} // namespace metrics_event
