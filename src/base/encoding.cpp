#include "base/encoding.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

using namespace std::string_view_literals;

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  ForeignForm form;
};

// The signature of bzip2 follows the level of compression, because a text may begin with "BZh".
constexpr std::array signatures{
    Signature{0, "\x1f\x8b", {"compressed with gzip", "zcat"}},
    Signature{0, "\x28\xb5\x2f\xfd", {"compressed with zstd", "zstdcat"}},
    Signature{0, "\xfd\x37zXZ\0"sv, {"compressed with xz", "xzcat"}},
    Signature{4, "1AY&SY", {"compressed with bzip2", "bzcat"}},
    Signature{0, "\x04\x22\x4d\x18", {"compressed with lz4", "lz4cat"}},
    Signature{0, "PK\x03\x04", {"a zip archive", "unzip -p"}},
    Signature{0, "\xff\xfe", {"UTF-16", "iconv -f UTF-16 -t UTF-8"}},
    Signature{0, "\xfe\xff", {"UTF-16", "iconv -f UTF-16 -t UTF-8"}},
};

} // namespace

std::optional<ForeignForm> foreign_form(std::string_view bytes) {
  const auto* const found = std::ranges::find_if(signatures, [bytes](const Signature& one) {
    return bytes.size() > one.offset && bytes.substr(one.offset).starts_with(one.bytes);
  });
  if (found != signatures.end()) {
    return found->form;
  }
  // Without a mark, one of the two bytes of each ASCII character is zero.
  constexpr std::size_t two_characters = 4;
  const auto zeros_from = [bytes](std::size_t first) {
    return bytes.size() >= two_characters && bytes[first] == '\0' && bytes[first + 2] == '\0' &&
           bytes[1 - first] != '\0' && bytes[3 - first] != '\0';
  };
  if (zeros_from(0)) {
    return ForeignForm{"UTF-16", "iconv -f UTF-16BE -t UTF-8"};
  }
  if (zeros_from(1)) {
    return ForeignForm{"UTF-16", "iconv -f UTF-16LE -t UTF-8"};
  }
  return std::nullopt;
}

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view mark = "\xEF\xBB\xBF";
  text.remove_prefix(text.starts_with(mark) ? mark.size() : 0);
  return text;
}

} // namespace metrics_event
