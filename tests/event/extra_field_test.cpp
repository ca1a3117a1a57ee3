#include "event/extra_field.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

namespace {

// The object that the fields make, or what is wrong with them.
std::string object_of(const std::vector<std::string>& words) {
  std::vector<ExtraField> fields;
  for (const std::string& word : words) {
    auto field = parse_extra_field(word);
    if (!field) {
      return field.error().text;
    }
    fields.push_back(*std::move(field));
  }
  if (const auto outline = outline_of(fields); !outline) {
    return outline.error().text;
  }
  const auto object = metrics_event::object_of(fields);
  return object ? *object : failure_of(object.error()).text();
}

ExtraField parsed(const std::string& word) {
  return *parse_extra_field(word);
}

} // namespace

TEST_SUITE_BEGIN("extra_field");

TEST_CASE("a text is a string whatever it looks like, JSON is as typed") {
  CHECK(object_of({"a=1", "b=true", "c=", "d=x=y", "e=1,2", "f=a:=b"}) ==
        R"({"a":"1","b":"true","c":"","d":"x=y","e":"1,2","f":"a:=b"})");
  CHECK(object_of({"a:=1.10", "b:=-0.0", "c:=1e3", "d:=12345678901234567890123", "e:=true"}) ==
        R"({"a":1.10,"b":-0.0,"c":1e3,"d":12345678901234567890123,"e":true})");
  CHECK(object_of({R"(a:={ "x" : [ 1.50, null ] })", R"(b:="\u00e9")"}) ==
        R"({"a":{"x":[1.50,null]},"b":"é"})");
}

TEST_CASE("the first separator counts, and a backslash takes its meaning away") {
  CHECK(object_of({R"(a\=b=c)"}) == R"({"a=b":"c"})");
  CHECK(object_of({R"(a\:=c)"}) == R"({"a:":"c"})");
  CHECK(object_of({R"(a:b=c)"}) == R"({"a:b":"c"})");
  CHECK(object_of({R"(a\:\=b=c)"}) == R"({"a:=b":"c"})");
  CHECK(object_of({R"(a\[b\]=c)"}) == R"({"a[b]":"c"})");
  CHECK(object_of({R"(a\\=c)"}) == R"({"a\\":"c"})");
  CHECK(object_of({R"(a\n=c)"}) == R"({"a\\n":"c"})");
  CHECK(object_of({R"(a=\@home)", R"(b=x@y)", R"(c=\n)"}) ==
        R"({"a":"@home","b":"x@y","c":"\\n"})");
}

TEST_CASE("nested keys make objects and arrays, wherever their parts stand") {
  CHECK(object_of({"a[b]=1", "c=2", "a[d][e]:=3"}) == R"({"a":{"b":"1","d":{"e":3}},"c":"2"})");
  CHECK(object_of({"a[]=x", "a[]:=2", "a[][b]=y"}) == R"({"a":["x",2,{"b":"y"}]})");
  CHECK(object_of({"a[0]=x"}) == R"({"a":{"0":"x"}})");
}

TEST_CASE("files are for later, by name") {
  const ExtraField text = parsed("a=@/some/file");
  CHECK(text.is_file);
  CHECK_FALSE(text.is_json);
  CHECK(text.text == "/some/file");
  const ExtraField json = parsed("a[b]:=@file=1");
  CHECK(json.is_file);
  CHECK(json.is_json);
  CHECK(json.text == "file=1");
  CHECK(key_of(json) == "a[b]");
}

TEST_CASE("keys that do not go together are named") {
  CHECK(object_of({"a=1", "a=2"}) == R"("a" is given twice; give it once)");
  CHECK(object_of({"a[b]=1", "a[b]=2"}) == R"("a[b]" is given twice; give it once)");
  CHECK(object_of({"a=1", "a[b]=2"}) ==
        R"("a[b]" is given as a value and as an object or array; give one)");
  CHECK(object_of({"a[b]=1", "a=2"}) ==
        R"("a" is given as a value and as an object or array; give one)");
  CHECK(object_of({"a[]=1", "a[b]=2"}) ==
        R"("a[b]" is given as a value and as an object or array; give one)");
}

TEST_CASE("what is no key and no separator is refused") {
  for (const char* bad : {"=1", ":=1", "[a]=1", "a[b=1", "a[b]c=1", "\xff=1"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_extra_field(bad).has_value());
  }
  CHECK(object_of({"a[b=1"}) == R"(expected KEY=TEXT or KEY:=JSON, got "a[b=1")");
  CHECK(object_of({R"(f:\=6)"}) == R"(expected KEY=TEXT or KEY:=JSON, got "f:\=6")");
  std::string deep = "a";
  for (int i = 0; i < 20; ++i) {
    deep += "[b]";
  }
  CHECK_FALSE(parse_extra_field(deep + "=1").has_value());
}

TEST_CASE("a value that is not valid JSON, a number or UTF-8 is a mistake in its key") {
  CHECK(object_of({"a:="}) == "a: expected JSON, got nothing");
  CHECK(object_of({"a:=tru"}) == R"(a: "tru" is not valid JSON; write a=tru for a string)");
  CHECK(object_of({"a[b]:=1 2"}) == R"(a[b]: unexpected "2" after the JSON value, in "1 2")");
  CHECK(object_of({R"(a:={"x":1,"x":2})"}) == R"(a: "x" occurs twice, in "{"x":1,"x":2}")");
  CHECK(object_of({"a:=1e400"}) ==
        R"(a: expected a number within the range of a double, got "1e400", in "1e400")");
  CHECK(object_of({"a[b]:=foo", "c=1", "d:={x}"}) ==
        R"(a[b]: "foo" is not valid JSON; write a[b]=foo for a string; )"
        R"(d: not valid JSON: unexpected "x", in "{x}")");
  CHECK(parse_extra_field("=x").error().text ==
        R"(the key is missing in "=x"; expected KEY=TEXT or KEY:=JSON)");
  CHECK(object_of({"a=\xff"}) == R"(a: expected valid UTF-8, got "\xff")");
  for (const char* bad : {"nan", "inf", "012", "0x10", "1_0", "+1", ".", "1.2.", "'a'"}) {
    CAPTURE(bad);
    CHECK(object_of({"a:=" + std::string{bad}}).starts_with("a: "));
  }
}

TEST_CASE("a number may have no digit on one side of its point, as bc prints it") {
  CHECK(object_of({"a:=.5", "b:=-.25", "c:=5.", "d=.5"}) ==
        R"({"a":0.5,"b":-0.25,"c":5,"d":".5"})");
  CHECK(object_of({"a:=[.5]"}) == R"(a: ".5" is not a JSON number; write "0.5", in "[.5]")");
  CHECK(object_of({"a:=.5e999"}).starts_with("a: expected a number within the range"));
}

TEST_CASE("many fields take no longer than their number") {
  constexpr std::size_t many = 100'000;
  std::vector<std::string> words;
  for (std::size_t n = 0; n < many; ++n) {
    words.push_back("key" + std::to_string(n) + "=x");
    words.push_back("object[key" + std::to_string(n) + "][inner]:=1");
    words.emplace_back("array[]=x");
  }
  CHECK(object_of(words).starts_with(R"({"key0":"x","object":{"key0":{"inner":1},"key1":)"));
}

TEST_CASE("a URL is no field, so that no password gets into an event by mistake") {
  CHECK(is_extra_field("a=http://example.com/?x=1"));
  CHECK_FALSE(is_extra_field("http://user:password@example.com/?x=1"));
  CHECK_FALSE(is_extra_field("word"));
}

TEST_SUITE_END();
