#include "json_text.hpp"

#include "text.hpp"

#include <algorithm>

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
    const auto end_of_plain = std::ranges::find_if_not(utf8, is_plain_in_json);
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

} // namespace

std::string json_string(std::string_view utf8) {
  std::string out;
  append_json_string(out, utf8);
  return out;
}

void append_json_string(std::string& out, std::string_view utf8) {
  out += '"';
  append_escaped(out, utf8);
  out += '"';
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

JsonObject& JsonObject::text(std::string_view name, std::string_view value) {
  return raw(name, json_string(value));
}

JsonObject& JsonObject::raw(std::string_view name, std::string_view json) {
  text_.append(text_.size() > 1 ? "," : "").append(json_string(name)).append(1, ':').append(json);
  return *this;
}

} // namespace metrics_event
