#include "base/text.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

using namespace metrics_event;

TEST_SUITE_BEGIN("text");

TEST_CASE("UTF-8 is what RFC 3629 says it is") {
  for (const char* good :
       {"", "plain", "é", "€", "😀", "\u007f", "\u0080", "\u07ff", "\uffff", "\xf4\x8f\xbf\xbf"}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  for (const char* bad :
       {"\x80", "\xff", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
        "\xf8\x88\x80\x80\x80", "a\xe2\x82", "\xc3(", "\xc1\xbf"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
  }
}

TEST_CASE("a quote shows what cannot be seen") {
  CHECK(quote("plain é") == "\"plain é\"");
  CHECK(quote("12\n") == R"("12\n")");
  CHECK(quote("a\tb") == R"("a\tb")");
  CHECK(quote("\x1b[31m") == R"("\x1b[31m")");
  CHECK(quote("\xff\xfe") == R"("\xff\xfe")");
  CHECK(quote("\u009b") == R"("\xc2\x9b")");
  CHECK(quote("\u202e") == R"("\xe2\x80\xae")");
  CHECK(quote(std::string(80, 'x')) == '"' + std::string(80, 'x') + '"');
  CHECK(quote(std::string(81, 'x')) == '"' + std::string(80, 'x') + "…\"");
  CHECK(quote(std::string(79, 'x') + "é") == '"' + std::string(79, 'x') + "…\"");
}

TEST_CASE("a stranger's words are made safe and bounded") {
  CHECK(printable("two\r\n\n  lines\n", 100) == "two lines");
  CHECK(printable("\x1b[31mred\x07\x7f", 100) == "[31mred");
  CHECK(printable("a\u009bb\u202ec", 100) == "abc");
  CHECK(printable("bad \xff byte", 100) == "bad \uFFFD byte");
  CHECK(printable("0123456789", 10) == "0123456…");
  CHECK(printable("ééééé", 8) == "éé…");
  CHECK(printable(std::string(100000, 'x'), 1024).size() == 1024);
  CHECK(printable("a\u061cb\u2028c\u2067d", 100) == "abcd");
  CHECK(printable("", 10).empty());
}

TEST_CASE("the nearest word is suggested when it is near") {
  const std::array<std::string_view, 3> known{"runner-installed", "runner-start", "reconciliation"};
  CHECK(nearest("runner-instaled", known) == "runner-installed");
  CHECK(nearest("runner-strat", known) == "runner-start");
  CHECK(nearest("conciliate", known) == std::nullopt);
  CHECK(nearest("rec", known) == "reconciliation");
  CHECK(nearest("x", known) == std::nullopt);
  CHECK(nearest("", known) == std::nullopt);
  CHECK(nearest(std::string(100000, 'r'), known) == std::nullopt);
}

TEST_CASE("words are listed as people list them") {
  using Words = std::vector<std::string>;
  CHECK(enumeration(Words{}).empty());
  CHECK(enumeration(Words{"a"}) == "a");
  CHECK(enumeration(Words{"a", "b"}) == "a and b");
  CHECK(enumeration(Words{"a", "b", "c"}) == "a, b and c");
}

TEST_CASE("the system's words start in lower case") {
  CHECK(system_words(std::make_error_code(std::errc::connection_refused)) == "connection refused");
  CHECK(lower_first("").empty());
}

TEST_CASE("text is wrapped between words") {
  using Lines = std::vector<std::string>;
  CHECK(wrap("", 10).empty());
  CHECK(wrap("one two three", 7) == Lines{"one two", "three"});
  CHECK(wrap("one two three", 6) == Lines{"one", "two", "three"});
  CHECK(wrap("a incomprehensible b", 5) == Lines{"a", "incomprehensible", "b"});
}

TEST_CASE("a message is made visible: one line, in which nothing acts on a terminal") {
  CHECK(visible("plain \u00e4 \"text\" \\n") == "plain \u00e4 \"text\" \\n");
  CHECK(visible("a\nb\tc\rd\x1b[0m\x7f") == "a\\nb\\tc\\rd\\x1b[0m\\x7f");
  CHECK(visible("a\u202eb\u009bc\x9b\xff") == "a\\xe2\\x80\\xaeb\\xc2\\x9bc\\x9b\\xff");
  CHECK(visible("abcdef", 3) == "abc…");
  CHECK(visible(visible("\x1b")) == visible("\x1b"));
}

TEST_SUITE_END();
