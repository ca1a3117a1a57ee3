#include "json/writer.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace metrics_event;

TEST_SUITE_BEGIN("json_text");

TEST_CASE("a string is escaped where JSON or a terminal needs it") {
  CHECK(json_string("plain é 😀 /") == "\"plain é 😀 /\"");
  CHECK(json_string("\"\\\n\t") == R"("\"\\\n\t")");
  CHECK(json_string(std::string{"\0\x1b\x7f", 3}) == R"("\u0000\u001b\u007f")");
  CHECK(json_string("\u0080\u009b\u009f\u00a0") == "\"\\u0080\\u009b\\u009f\u00a0\"");
}

TEST_CASE("a string is safe whatever is in it") {
  CHECK(json_string("a\u202eb\u2028") == R"("a\u202eb\u2028")");
  CHECK(json_string("a\xff\xc2") == "\"a\uFFFD\uFFFD\"");
}

TEST_CASE("objects and arrays are written in order") {
  CHECK(JsonObject{}.str() == "{}");
  CHECK(JsonObject{}.text("b", "x\"").raw("a", "12.5").raw("c", "null").str() ==
        R"({"b":"x\"","a":12.5,"c":null})");
  CHECK(json_array(std::vector<std::string>{}) == "[]");
  CHECK(json_array(std::vector<std::string>{"a", "b\n"}) == R"(["a","b\n"])");
  CHECK(json_object({{"b", "1"}, {"a", "2"}}) == R"({"a":"2","b":"1"})");
}

TEST_CASE("how long a string can be is known before it is made") {
  for (const std::string text :
       {"", "plain", "\"\\", "\n\t", "\x1b\x7f", "\u0085\u202e", "é€😀", "\xff\xc3"}) {
    CAPTURE(text);
    CHECK(json_string(text).size() <= json_string_bound(text));
  }
  CHECK(json_string_bound(R"(plain "\ text)") == json_string(R"(plain "\ text)").size());
}

TEST_SUITE_END();
