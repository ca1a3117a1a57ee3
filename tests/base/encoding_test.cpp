#include "base/encoding.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace metrics_event;
using namespace std::string_view_literals;

namespace {

// The form and the command that decodes it, or nothing.
std::string form(std::string_view bytes) {
  const auto found = foreign_form(bytes);
  return found ? std::string{found->name} + ": " + std::string{found->decoder} : "";
}

} // namespace

TEST_SUITE_BEGIN("encoding");

TEST_CASE("what is no UTF-8 text is told by its first bytes, with the command that decodes it") {
  CHECK(form("\x1f\x8b\x08\0\0"sv) == "compressed with gzip: zcat");
  CHECK(form("\x28\xb5\x2f\xfd\x24") == "compressed with zstd: zstdcat");
  CHECK(form("\xfd\x37zXZ\0\0"sv) == "compressed with xz: xzcat");
  CHECK(form("BZh91AY&SY") == "compressed with bzip2: bzcat");
  CHECK(form("BZh11AY&SY") == "compressed with bzip2: bzcat");
  CHECK(form("\x04\x22\x4d\x18") == "compressed with lz4: lz4cat");
  CHECK(form("PK\x03\x04") == "a zip archive: unzip -p");
  CHECK(form("\xff\xfe{\0"sv) == "UTF-16: iconv -f UTF-16 -t UTF-8");
  CHECK(form("\xfe\xff\0{"sv) == "UTF-16: iconv -f UTF-16 -t UTF-8");
  CHECK(form("{\0\"\0"sv) == "UTF-16: iconv -f UTF-16LE -t UTF-8");
  CHECK(form("\0{\0\""sv) == "UTF-16: iconv -f UTF-16BE -t UTF-8");
}

TEST_CASE("what may be text has no foreign form") {
  for (const std::string_view text :
       {""sv, "B"sv, "BZh"sv, "BZh9 is here"sv, "PK"sv, "{}"sv, "\xEF\xBB\xBF{}"sv, "\0"sv,
        "\0\0"sv, "\x1f"sv, "w\0"sv, "w\0ab"sv, "w\0a"sv, "a\0\0\0"sv, "\xff"sv, "\xe9t\xe9"sv}) {
    CAPTURE(text);
    CHECK(form(text).empty());
  }
}

TEST_CASE("a byte order mark is taken from the beginning only, and once") {
  CHECK(without_byte_order_mark("\xEF\xBB\xBFtext") == "text");
  CHECK(without_byte_order_mark("\xEF\xBB\xBF") == "");
  CHECK(without_byte_order_mark("\xEF\xBB\xBF\xEF\xBB\xBF") == "\xEF\xBB\xBF");
  CHECK(without_byte_order_mark("a\xEF\xBB\xBF") == "a\xEF\xBB\xBF");
  CHECK(without_byte_order_mark("\xEF\xBB") == "\xEF\xBB");
  CHECK(without_byte_order_mark("") == "");
}

TEST_SUITE_END();
