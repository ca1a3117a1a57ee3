#include "event/pattern.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <string>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

bool matches(std::string_view expression, std::string_view text) {
  const auto pattern = Pattern::compile(expression);
  REQUIRE_MESSAGE(pattern.has_value(), (pattern ? "" : pattern.error()));
  return pattern->matches(text);
}

std::string complaint(std::string_view expression) {
  const auto pattern = Pattern::compile(expression);
  return pattern ? "no complaint" : pattern.error();
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  while (times-- > 0) {
    all += text;
  }
  return all;
}

} // namespace

TEST_SUITE_BEGIN("pattern");

TEST_CASE("an expression is found anywhere in a text") {
  CHECK(matches("b", "abc"));
  CHECK_FALSE(matches("^b", "abc"));
  CHECK(matches("^.+/.+$", "owner/name"));
  CHECK_FALSE(matches("^.+/.+$", "name"));
  CHECK(matches("", ""));
  CHECK(Pattern::compile("^.+/.+$")->text() == "^.+/.+$");
}

TEST_CASE("characters are Unicode's, and what classes mean is ECMA's") {
  CHECK(matches("^.$", "é"));
  CHECK(matches("^.$", "😀"));
  CHECK(matches("^\\u00e9$", "é"));
  CHECK(matches("^\\u{1F600}$", "😀"));
  CHECK(matches("^\\x41$", "A"));
  CHECK(matches("^\\p{L}+$", "été"));
  CHECK(matches("^\\d$", "7"));
  CHECK_FALSE(matches("^\\d$", "٧"));
  CHECK_FALSE(matches("^\\w$", "é"));
  CHECK_FALSE(matches("^[]$", "]"));
  CHECK(matches("^[^]$", "\n"));
  CHECK(matches("^(a)?\\1$", ""));
  CHECK(matches("^(?<year>\\d{4})-\\k<year>$", "2026-2026"));
  CHECK(matches("(?<!a)b(?!c)(?=d)(?:d)", "xbd"));
}

TEST_CASE("$ is the very end, and a full stop stops at the end of a line") {
  CHECK_FALSE(matches("^a$", "a\n"));
  CHECK_FALSE(matches("a.b", "a\nb"));
  CHECK_FALSE(matches("a.b", "a\rb"));
}

TEST_CASE("what is wrong with an expression is said, and where") {
  CHECK(complaint("(a") == "missing closing parenthesis at offset 2");
  CHECK(complaint("a**b") == "quantifier does not follow a repeatable item at offset 2");
  CHECK(complaint("[a") == "missing terminating ] for character class at offset 2");
  CHECK(complaint("a\\") == "\\ at end of pattern at offset 2");
  CHECK(complaint("\xff") == "UTF-8 error: illegal byte (0xfe or 0xff) at offset 0");
  CHECK(complaint("(((a{999}){999}){999})") == "regular expression is too large at offset 22");
  CHECK(complaint(std::string(4097, 'a')) == "it is longer than 4096 bytes");
}

TEST_CASE("what ECMA-262 has not, or means otherwise, is refused with a remedy") {
  CHECK(complaint("a\\C") == "unsupported escape \"\\C\" at offset 1");
  CHECK(complaint("\\Aa") == "unsupported escape \"\\A\", write \"^\", at offset 0");
  CHECK(complaint("a\\Z") == "unsupported escape \"\\Z\", write \"$\", at offset 1");
  CHECK(complaint("[\\v]") == "unsupported escape \"\\v\", write \"\\x0b\", at offset 1");
  CHECK(complaint("[[:digit:]]") == "unsupported \"[:\" in a class, write \"\\[:\", at offset 1");
  CHECK(complaint("(?i)a") == "unsupported group \"(?i\" at offset 0");
  CHECK(complaint("(?P<x>a)") == "unsupported group \"(?P\" at offset 0");
  CHECK(complaint("(a)(?1)") == "unsupported group \"(?1\" at offset 3");
  CHECK(complaint("(*UCP)a") == "unsupported group \"(*\" at offset 0");
  CHECK(complaint("(?") == "missing closing parenthesis at offset 2");
  for (const char* fine : {"[(?i)]", "\\(?i", "\\\\A", "[^[]", "\\[[:]", "a{2,3}", "(?:a)|(b)"}) {
    CAPTURE(fine);
    CHECK(complaint(fine) == "no complaint");
  }
}

TEST_CASE("no expression and text take long; what would does not match") {
  const std::string long_text(256UL * 1024, 'a');
  struct Case {
    std::string expression;
    std::string text;
  };
  // [bc] and not b, or PCRE2 would see at once that the text has none.
  const Case cases[]{
      {"^(a+)+$", std::string(40, 'a') + 'b'},
      {"(a*)*(a*)*(a*)*[bc]", std::string(100, 'a')},
      {"(?:a|aa)+$", long_text + 'b'},
      {"[^bc]*[bc]", long_text},
      {".*.*.*[bc].*", long_text},
      {"a{65535}[bc]", long_text},
      {"(?:" + repeated("a{16000}[bc]|", 200) + "a{16000}[bd])", long_text},
      {"^(a*)a*\\1[bc]", long_text},
      {"(?:(a*)\\1)*[bc]", long_text},
      {"(?<=a{30000}[bc])a", long_text},
      {"^(?:(a)|b)*$", std::string(4UL * 1024 * 1024, 'a') + 'c'},
      {"[" + repeated("\\u0400-\\u0401", 300) + "]*[bc]", repeated("я", 128UL * 1024)},
      {repeated("(a?)", 900) + repeated("a", 90) + "[bc]", std::string(1000, 'a')},
      {"(?=(a+))a*[bc]\\1", long_text},
  };
  for (const Case& one : cases) {
    CAPTURE(one.expression.substr(0, 40));
    const auto start = std::chrono::steady_clock::now();
    CHECK_FALSE(matches(one.expression, one.text));
    const auto elapsed = std::chrono::steady_clock::now() - start;
    CHECK(elapsed < 2s); // a fraction of that, but tests run under load
  }
}

TEST_CASE("a long text is no trouble for what is simple") {
  const std::string long_text(256UL * 1024, 'a');
  CHECK(matches("^.+/.+$", long_text + '/' + long_text));
  CHECK(matches("^[a-z]+$", long_text));
  CHECK(matches("z$", long_text + 'z'));
  CHECK(matches("^(?:[a-z]|[0-9])*$", std::string(10'000, 'a')));
}

TEST_SUITE_END();
