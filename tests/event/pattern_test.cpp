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

TEST_CASE("an expression means what ECMA-262 says with the flag u") {
  struct Case {
    std::string expression;
    std::string text;
    bool matches = true;
  };
  const Case cases[]{
      {"^.$", "é"},
      {"^.$", "😀"},
      {"^a.b$", "a\nb", false},
      {"^a.b$", "a\rb", false},
      {"^a.b$", "a\u2028b", false},
      {"^a.b$", "a\u2029b", false},
      {"^a.b$", "a\u0085b"},
      {"^a[.]b$", "a\u0085b", false},
      {"^a$", "a\n", false},
      {"^a$", "b\na", false},
      // Escapes for one character.
      {"^\\u00e9$", "é"},
      {"^\\u{1F600}$", "😀"},
      {"^\\u{e9}{2}$", "éé"},
      {"^\\uD83D\\uDE00$", "😀"},
      {"^[\\uD83D\\uDE00]$", "😀"},
      {"^[\\u00e0-\\u{ea}]$", "é"},
      {"^[\\u00e0-\\u00e8]$", "é", false},
      {"^\\u002e$", "."},
      {"^\\u002e$", "x", false},
      {"^[\\u005e\\u002d\\u005da]+$", "^]-a"},
      {"^[!\\u002d\\u0030]$", "-"},
      {"^[!\\u002d\\u0030]$", "#", false},
      {"^\\x41\\x7e$", "A~"},
      {"^\\cJ\\cj$", "\n\n"},
      {"^[\\cA-\\cC]$", "\x02"},
      {"^\\0$", std::string(1, '\0')},
      {"^\\t\\n\\v\\f\\r$", "\t\n\v\f\r"},
      {"^[\\t-\\r]+$", "\t\n\v\f\r"},
      {"^[\\b]$", "\b"},
      {"^[\\b]$", "b", false},
      // Punctuation stands for itself.
      {R"(^\^\$\\\.\*\+\?\(\)\[\]\{\}\|\/\-$)", R"(^$\.*+?()[]{}|/-)"},
      {R"(^[\^\$\\\.\*\+\?\(\)\[\]\{\}\|\/\-]+$)", R"(^$\.*+?()[]{}|/-)"},
      {R"(^\#\ \"\@\%\&\~$)", R"(# "@%&~)"},
      {"^{}]a{,2}$", "{}]a{,2}"},
      // Classes of characters.
      {"^\\d$", "7"},
      {"^\\d$", "٧", false},
      {"^\\D$", "٧"},
      {"^\\w+$", "aZ0_"},
      {"^\\w$", "é", false},
      {"^\\W$", "é"},
      {"^[^\\w]$", "é"},
      {"^[\\w-.]+$", "a-."}, // as without the flag
      {"^[\\w-z]+$", "a-z"},
      {"^[\\s-z]+$", " -z"},
      {"^[\\S-z]+$", "a-z"},
      {"^[a-]+$", "a-"},
      {"^[-a]+$", "a-"},
      {"^[-+.]+$", "+-."},
      {"^[a\\-z]+$", "a-z"},
      {"^[a\\-z]+$", "b", false},
      {"^[[(?i).]+$", "[(?i).]", false},
      {"^[[(?i).]+$", "[(?i)."},
      {"[]", "]", false},
      {"[]", "", false},
      {"^a[]*$", "a"},
      {"^[]]$", "]", false},
      {"^[^]$", "\n"},
      {"^[^]$", "😀"},
      {"^[^]$", "", false},
      {"^[^a]$", "\n"},
      {"^[a^]+$", "^a"},
      // Boundaries of words, which are of ASCII.
      {"\\bb\\b", "a b c"},
      {"\\bb\\b", "abc", false},
      {"\\bé\\b", " é ", false},
      {"\\bé\\b", "aéa"},
      {"\\Bb", "ab"},
      {"\\Bb", "b", false},
      {"\\B", "aéa", false}, // not within the character
      {"\\B|x", "aé"},
      {"^\\Bé", "é"},
      {"^\\Bé", "aé", false},
      {"b|^\\B", "ab"},
      // Properties.
      {"^\\p{L}+$", "été"},
      {"^\\p{Lu}\\p{Uppercase_Letter}$", "ÉÉ"},
      {"^\\p{Letter}\\p{gc=Lu}\\p{General_Category=Lowercase_Letter}$", "áÉé"},
      {"^\\P{Letter}$", "1"},
      {"^\\P{Letter}$", "a", false},
      {"^[\\p{Nd}\\P{L}]+$", "٧!"},
      {"^[^\\p{Number}]$", "٧", false},
      {"^\\p{Other_Punctuation}\\p{Sc}\\p{Control}$", "!€\x1f"},
      {"^\\p{Script=Greek}\\p{sc=Cyrillic}$", "αя"},
      {"^\\p{Script=Greek}$", "a", false},
      {"^\\p{Script=Old_Italic}$", "𐌀"},
      // Groups, repetitions and alternatives.
      {"^(?:a)|(b)$", "b"},
      {"^(?<year>\\d{4})-(?<mönth>\\d\\d?)$", "2026-11"},
      {"^a{2}$", "aa"},
      {"^a{2,}$", "aaa"},
      {"^a{2,3}?$", "aaaa", false},
      {"^a*?b+?c??$", "aabb"},
      {"^a{1000}$", std::string(1000, 'a')},
      {"\\(?i", "(i"},
      {"a,2000", "a,2000"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.expression);
    CAPTURE(one.text);
    CHECK(matches(one.expression, one.text) == one.matches);
  }
}

TEST_CASE("white space is that of ECMA-262, and no character is both or neither") {
  const std::string white_space =
      "\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
      "\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
  CHECK(matches("^\\s+$", white_space));
  CHECK(matches("^[\\s]+$", white_space));
  CHECK_FALSE(matches("\\S", white_space));
  CHECK_FALSE(matches("[^\\s]", white_space));
  for (const char* other :
       {"a",      "\b",     "\x0e",   "\x1f",   "!",      "\u0085", "\u009f", "\u00a1",
        "\u167f", "\u1681", "\u180e", "\u1fff", "\u200b", "\u2027", "\u202a", "\u202e",
        "\u2030", "\u205e", "\u2060", "\u2fff", "\u3001", "\ufefe", "\uff00", "\U0010ffff"}) {
    CAPTURE(other);
    CHECK(matches("^\\S$", other));
    CHECK(matches("^[\\S]$", other));
    CHECK_FALSE(matches("\\s", other));
  }
}

TEST_CASE("what is wrong with an expression is said") {
  struct Case {
    std::string expression;
    std::string complaint;
  };
  const Case cases[]{
      {"(a", "missing ): (a"},
      {"a)", "unexpected ): a)"},
      {"a**b", "bad repetition operator: **"},
      {"a*+", "bad repetition operator: *+"},
      {"*a", "no argument for repetition operator: *"},
      {"(*UCP)a", "no argument for repetition operator: *"},
      {"[a", "missing ]: [a"},
      {"[z-a]", "invalid character class range: z-a"},
      {"[a-\\d]", "invalid escape sequence: \\d"},
      {"[a-\\s]", "invalid escape sequence: \\p"},
      {"[a-\\S]", "invalid escape sequence: \\p"},
      {"a\\", "trailing \\"},
      {"\xff", "invalid UTF-8"},
      {"\\u{110000}", "invalid escape sequence: \\x{110000"},
      {"\\x4", "invalid escape sequence: \\x4"},
      {std::string(4097, 'a'), "it is longer than 4096 bytes"},
      // Bounds, which are also those of memory.
      {"a{1001}", "invalid repetition size: {1001}"},
      {"a{3,2}", "invalid repetition size: {3,2}"},
      {"((a{100}){100}){100}", "invalid repetition size: {100}"},
      {"(((a{999}){999}){999})", "invalid repetition size: {999}"},
      {repeated("\\p{L}{1,200}", 20), "pattern too large - compile failed"},
      // What RE2 does not have.
      {"(?=a)b", "unsupported look-ahead \"(?=\" at offset 0"},
      {"a(?!b)", "unsupported look-ahead \"(?!\" at offset 1"},
      {"(?<=a)b", "unsupported look-behind \"(?<=\" at offset 0"},
      {"a(?<!b)", "unsupported look-behind \"(?<!\" at offset 1"},
      {"(a)\\1", "unsupported back-reference \"\\1\" at offset 3"},
      {"(?<x>a)\\k<x>", "unsupported back-reference \"\\k\" at offset 7"},
      {"\\p{LC}", "invalid character class range: \\p{LC}"},
      {"\\p{C}", "unsupported property \"\\p{C}\" at offset 0"},
      {"a\\p{Cased_Letter}", "unsupported property \"\\p{Cased_Letter}\" at offset 1"},
      {"\\p{Emoji}", "unsupported property \"\\p{Emoji}\" at offset 0"},
      {"[\\P{scx=Greek}]", "unsupported property \"\\P{scx=Greek}\" at offset 1"},
      {"\\p{Script=Klingon}", "invalid character class range: \\p{Klingon}"},
      {"\\uD83D", "unsupported escape \"\\uD83D\" at offset 0"},
      {"\\uDE00\\uD83D", "unsupported escape \"\\uDE00\" at offset 0"},
      {"\\u12", "unsupported escape \"\\u12\" at offset 0"},
      // What only RE2 has.
      {"a\\C", "unsupported escape \"\\C\" at offset 1"},
      {"\\Aa", "unsupported escape \"\\A\", write \"^\", at offset 0"},
      {"a\\Z", "unsupported escape \"\\Z\", write \"$\", at offset 1"},
      {"a\\z", "unsupported escape \"\\z\", write \"$\", at offset 1"},
      {"\\Q.\\E", "unsupported escape \"\\Q\" at offset 0"},
      {"\\a", "unsupported escape \"\\a\" at offset 0"},
      {"\\x{41}", "unsupported escape \"\\x\" at offset 0"},
      {"\\012", "unsupported escape \"\\0\" at offset 0"},
      {"\\pL", "unsupported property \"\\p\" at offset 0"},
      {"\\p{^L}", "unsupported property \"\\p{^L}\" at offset 0"},
      {"\\p{Greek}", "unsupported property \"\\p{Greek}\" at offset 0"},
      {"\\p{sc=Lu}", "unsupported property \"\\p{sc=Lu}\" at offset 0"},
      {"\\p{sc=Any}", "unsupported property \"\\p{sc=Any}\" at offset 0"},
      {"\\p{L", "unsupported property \"\\p{L\" at offset 0"},
      {"[[:digit:]]", "unsupported \"[:\" in a class, write \"\\[:\", at offset 1"},
      {"[[=a=]]", "unsupported \"[=\" in a class, write \"\\[=\", at offset 1"},
      {"(?i)a", "unsupported group \"(?i\" at offset 0"},
      {"(?P<x>a)", "unsupported group \"(?P\" at offset 0"},
      {"(a)(?1)", "unsupported group \"(?1\" at offset 3"},
      {"(?<1>a)", "unsupported group \"(?<\" at offset 0"},
      {"(?<a", "unsupported group \"(?<\" at offset 0"},
      {"(?", "unsupported group \"(?\" at offset 0"},
  };
  for (const Case& one : cases) {
    CAPTURE(one.expression);
    CHECK(complaint(one.expression) == one.complaint);
  }
  CHECK(complaint("[\\[:]") == "no complaint");
}

TEST_CASE("an expression takes time in proportion to the text") {
  const std::string long_text(256UL * 1024, 'a');
  struct Case {
    std::string expression;
    std::string text;
  };
  const Case cases[]{
      {"^(a+)+$", std::string(40, 'a') + 'b'},
      {"(a*)*(a*)*(a*)*[bc]", std::string(100, 'a')},
      {"(?:a|aa)+$", long_text + 'b'},
      {"[^bc]*[bc]", long_text},
      {".*.*.*[bc].*", long_text},
      {"a{1000}[bc]", long_text},
      {"(?:" + repeated("a{1000}[bc]|", 200) + "a{1000}[bd])", long_text},
      {"^(?:(a)|b)*$", std::string(4UL * 1024 * 1024, 'a') + 'c'},
      {"[" + repeated("\\u0400-\\u0401", 300) + "]*[bc]", repeated("я", 128UL * 1024)},
      {repeated("(a?)", 900) + repeated("a", 90) + "[bc]", std::string(1000, 'a')},
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
