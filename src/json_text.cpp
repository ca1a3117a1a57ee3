#include "json_text.hpp"

#include "text.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace metrics_event {
namespace {

void append_unicode_escape(std::string& out, char32_t character) {
  constexpr std::string_view digits = "0123456789abcdef";
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    out += digits[(character >> shift) & 0xFU];
  }
}

void append_escaped(std::string& out, std::string_view utf8) {
  while (!utf8.empty()) {
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

  std::string out;
  std::string token;

  void separate() {
    if (!out.empty() && out.back() != '{' && out.back() != '[' && out.back() != ':') {
      out += ',';
    }
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
    return true;
  }
  bool string_end(Text text) {
    separate();
    part(text);
    out += '"';
    append_escaped(out, token);
    out += '"';
    token.clear();
    return true;
  }

  bool on_document_begin(Error) { return true; }
  bool on_document_end(Error) { return true; }
  bool on_object_begin(Error) {
    separate();
    out += '{';
    return true;
  }
  bool on_object_end(std::size_t, Error) {
    out += '}';
    return true;
  }
  bool on_array_begin(Error) {
    separate();
    out += '[';
    return true;
  }
  bool on_array_end(std::size_t, Error) {
    out += ']';
    return true;
  }
  bool on_key_part(Text text, std::size_t, Error) { return part(text); }
  bool on_key(Text text, std::size_t, Error) {
    string_end(text);
    out += ':';
    return true;
  }
  bool on_string_part(Text text, std::size_t, Error) { return part(text); }
  bool on_string(Text text, std::size_t, Error) { return string_end(text); }
  bool on_number_part(Text text, Error) { return part(text); }
  bool on_int64(std::int64_t, Text text, Error) { return scalar(text); }
  bool on_uint64(std::uint64_t, Text text, Error) { return scalar(text); }
  bool on_double(double, Text text, Error) { return scalar(text); }
  bool on_bool(bool value, Error) { return scalar(value ? "true" : "false"); }
  bool on_null(Error) { return scalar("null"); }
  bool on_comment_part(Text, Error) { return true; }
  bool on_comment(Text, Error) { return true; }
};

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

std::optional<std::string> compact_json(std::string_view text) {
  boost::json::basic_parser<Compactor> parser{boost::json::parse_options{}};
  boost::json::error_code error;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), error);
  if (error || text.substr(parsed).find_first_not_of(" \t\r\n") != std::string_view::npos) {
    return std::nullopt;
  }
  return std::move(parser.handler().out);
}

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  return raw(name, json_string(value));
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  text_.append(text_.size() > 1 ? "," : "").append(json_string(name)).append(1, ':').append(json);
  return *this;
}

} // namespace metrics_event
