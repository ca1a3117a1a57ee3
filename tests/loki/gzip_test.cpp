#include "loki/gzip.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

namespace {

std::string gzip(std::string_view bytes) {
  std::string compressed;
  Gzip{}.compress(bytes, compressed);
  return compressed;
}

} // namespace

TEST_SUITE_BEGIN("gzip");

TEST_CASE("what was compressed comes back, and text gets smaller") {
  std::string text;
  for (int i = 0; i < 10'000; ++i) {
    text += std::to_string(i) + ' ';
  }
  for (const std::string& bytes : {std::string{}, std::string{"x"}, std::string(5, '\0'), text}) {
    CHECK(gunzip(gzip(bytes), bytes.size()) == bytes);
  }
  CHECK(gzip(text).size() < text.size() / 2);
  CHECK(gzip("x").starts_with("\x1f\x8b"));
}

TEST_CASE("nothing comes of what is not one whole gzip, or too much") {
  const std::string whole = gzip("some words");
  CHECK_FALSE(gunzip(whole, 9));
  CHECK_FALSE(gunzip("", 100));
  CHECK_FALSE(gunzip("some words", 100));
  CHECK_FALSE(gunzip(whole + whole, 100));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_FALSE(gunzip(whole.substr(0, size), 100));
  }
  std::string damaged = whole;
  damaged[damaged.size() - 6] ^= 1; // the checksum
  CHECK_FALSE(gunzip(damaged, 100));
  CHECK_FALSE(gunzip(gzip(std::string(1'000'000, 'x')), 1000));
}

TEST_SUITE_END();
