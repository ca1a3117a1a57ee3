#include "json/writer.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace metrics_event {
namespace {

void append_unicode_escape(std::string& out, char32_t character) {
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) {
    out += hex_digits[(character >> shift) & 0xFU];
  }
}

// The three ways in which a byte is written into a JSON string. `append_usual` uses the first two
// as the number of backslashes before the byte.
enum ByteKind : std::uint8_t { plain, behind_backslash, special };

constexpr std::array<ByteKind, 256> kinds = [] {
  std::array<ByteKind, 256> kind{};
  for (std::size_t byte = 0; byte < kind.size(); ++byte) {
    kind[byte] = byte == '"' || byte == '\\'   ? behind_backslash
                 : byte >= 0x20 && byte < 0x7F ? plain
                                               : special;
  }
  return kind;
}();

ByteKind byte_kind(char c) {
  return kinds[static_cast<unsigned char>(c)];
}

// Appends text up to the first special byte, 256 bytes at most, and returns the rest. Quotes are so
// frequent in most lines that a branch for each would often be mispredicted, so the loop always
// writes a backslash and lets the byte overwrite it when none is needed.
std::string_view append_usual(std::string& out, std::string_view text) {
  constexpr std::size_t at_once = 256; // twice as many bytes are reserved, one per backslash
  const std::size_t before = out.size();
  const std::string_view part = text.substr(0, at_once);
  out.resize(before + 2 * part.size());
  char* to = out.data() + before;
  const char* at = part.data();
  const char* const end = at + part.size();
  for (; at != end; ++at) {
    const char c = *at;
    const ByteKind kind = byte_kind(c);
    if (kind == special) {
      break;
    }
    *to = '\\';
    to += kind;
    *to++ = c;
  }
  out.resize(static_cast<std::size_t>(to - out.data()));
  return text.substr(static_cast<std::size_t>(at - part.data()));
}

void append_escaped(std::string& out, std::string_view utf8) {
  while (!utf8.empty()) {
    if (byte_kind(utf8.front()) != special) {
      utf8 = append_usual(out, utf8);
      continue;
    }
    const CodePoint c = first_code_point(utf8);
    if (c.value == '\n' || c.value == '\t') {
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

// Returns by how many bytes a byte grows at most.
constexpr std::uint8_t growth_of(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  const auto if_so = [](bool is_so, std::uint8_t bytes) {
    return static_cast<std::uint8_t>(is_so ? bytes : 0);
  };
  return static_cast<std::uint8_t>(if_so(byte >= 0x80, 2) | // U+FFFD for one, \u0080 for two
                                   if_so(byte < 0x20 || byte == 0x7F, 5) | // \u001b
                                   if_so(byte == '"' || byte == '\\', 1));
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
  // Compilers turn sums of one byte each, side by side, into vector instructions.
  constexpr std::size_t abreast = 16;
  constexpr std::size_t most_rows = 51; // each adds at most 5, and 51 * 5 fits a byte
  std::size_t size = 2 + utf8.size();   // with the quotes
  while (utf8.size() >= abreast) {
    const std::size_t rows = std::min(utf8.size() / abreast, most_rows);
    std::array<std::uint8_t, abreast> sums{};
    for (std::size_t row = 0; row < rows; ++row) {
      for (std::size_t i = 0; i < abreast; ++i) {
        sums[i] = static_cast<std::uint8_t>(sums[i] + growth_of(utf8[row * abreast + i]));
      }
    }
    for (const std::uint8_t sum : sums) {
      size += sum;
    }
    utf8.remove_prefix(rows * abreast);
  }
  for (const char c : utf8) {
    size += growth_of(c);
  }
  return size;
}

std::string json_array(std::span<const std::string> strings) {
  return '[' + joined(strings, ",", json_string) + ']';
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
