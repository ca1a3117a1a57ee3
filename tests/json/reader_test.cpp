#include "json/reader.hpp"

#include "support/program.hpp"
#include "support/temporary.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include <filesystem>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

// The compact form, or where and why there is none.
std::string compact(std::string_view text) {
  const auto json = compact_json(text);
  return json ? *json : std::to_string(json.error().offset) + ": " + json.error().text;
}

// Whether a text is JSON, by Boost.JSON.
bool is_json(std::string_view text) {
  boost::json::error_code error;
  boost::json::parse({text.data(), text.size()}, error);
  return !error;
}

// Whether Boost.JSON refuses an exponent, such as that of 0e99999999999, which is a zero to others.
bool has_large_exponent(std::string_view text) {
  boost::json::error_code error;
  boost::json::parse({text.data(), text.size()}, error);
  return error == boost::json::error::exponent_overflow;
}

// Texts around one: cut at every byte, and with each byte in the place of some others.
std::vector<std::string> wounded(const std::string& text) {
  std::vector<std::string> all{text};
  for (std::size_t at = 0; at < text.size(); ++at) {
    all.push_back(text.substr(0, at));
    for (const char c : std::string_view{"\"\\{}[],: 0-e.\x01\x7f\xc2\xed", 17}) {
      all.push_back(std::string{text}.replace(at, 1, 1, c));
      all.push_back(std::string{text}.insert(at, 1, c));
    }
  }
  return all;
}

// Nothing when the reader and Boost.JSON are of one mind about a text.
std::string disagreement(const std::string& text) {
  const auto compact = compact_json(text);
  if (!compact) {
    const std::string& why = compact.error().text;
    const bool is_ours = why.ends_with(" occurs twice") ||
                         why.starts_with("expected a number within the range of a double");
    return is_ours || !is_json(text) ? "" : "it is JSON, but: " + why;
  }
  if (compact_json(*compact) != compact) {
    return "its compact form is not compact";
  }
  if (!is_json(text)) {
    return has_large_exponent(text) ? "" : "it is no JSON";
  }
  const auto value = [](const std::string& json) { // as text, for 0e400 is no number there
    return boost::json::serialize(boost::json::parse(json));
  };
  return value(text) == value(*compact) ? "" : "its value is another";
}

} // namespace

TEST_SUITE_BEGIN("json_reader");

TEST_CASE("JSON is made compact without touching numbers or order") {
  CHECK(
      compact(" { \"b\" : 12.50 ,\n \"a\" : [ 1e3 , -0 , true , null , \"x\" ] , \"c\" : {} } ") ==
      R"({"b":12.50,"a":[1e3,-0,true,null,"x"],"c":{}})");
  CHECK(compact("[]") == "[]");
  CHECK(compact("123456789012345678901234567890.5") == "123456789012345678901234567890.5");
  CHECK(compact("\"\\u001b\\u0041é\"") == "\"\\u001bAé\"");
  CHECK(compact(std::string(100000, ' ') + "{}") == "{}");
  CHECK(compact("[\"" + std::string(100000, 'x') + "\"]").size() == 100004);
}

TEST_CASE("what is not one JSON value has no compact form") {
  for (const char* bad : {"{", "{}{}", "plain text", "{\"a\":1} x", "[1,]", "nan", "\"\xff\"",
                          "\"\n\"", "// comment\n1", "\"\\ud800\""}) {
    CAPTURE(bad);
    CHECK_FALSE(compact_json(bad).has_value());
  }
  CHECK_FALSE(compact_json(std::string(100000, '[')).has_value());
  CHECK(compact(" ") == "0: expected JSON, got nothing");
  CHECK(compact("{} x") == "3: unexpected \"x\" after the JSON value");
  CHECK(compact("[1,]") == "3: not valid JSON: unexpected \"]\"");
}

TEST_CASE("a name that occurs twice and a number that no double holds are mistakes") {
  CHECK(compact(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})") ==
        R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})");
  CHECK(compact(R"({"x":{"a":1,"\u0061":2}})").ends_with(R"(: "a" occurs twice)"));
  CHECK(compact("[1e400]").ends_with(
      R"(: expected a number within the range of a double, got "1e400")"));
  CHECK_FALSE(compact_json("[1e-400]").has_value());
}

TEST_CASE("the members of an object keep their order, and their values are compact") {
  JsonReader reader;
  REQUIRE(reader.read_object(R"( {"b": [1, {"x" : 2.50}], "\u0061": "\u00e9" , "c": {} } )"));
  REQUIRE(reader.members().size() == 3);
  CHECK(reader.members()[0].name == "b");
  CHECK(reader.members()[0].json == R"([1,{"x":2.50}])");
  CHECK(reader.members()[1].name == "a");
  CHECK(reader.members()[1].json == R"("é")");
  CHECK(reader.members()[2].json == "{}");
  REQUIRE(reader.read_object("{}"));
  CHECK(reader.members().empty());
  for (const char* other : {" []", " 1", " \"a\"", " null", " [{\"a\":1}]"}) {
    CAPTURE(other);
    CHECK_FALSE(reader.read_object(other));
    CHECK(reader.mistake() == JsonMistake{1, "expected a JSON object"});
  }
}

TEST_CASE("a member's value is also given as it stands in the text") {
  const std::string text = R"( {"a" : 1, "b\"}":"}{,:\"", "c":{"d" : [ {"e":1} ],"f": -1.5 } } )";
  JsonReader reader;
  REQUIRE(reader.read_object(text));
  REQUIRE(reader.members().size() == 3);
  CHECK(reader.members()[0].text == "1");
  CHECK(reader.members()[1].name == "b\"}");
  CHECK(reader.members()[1].text == R"("}{,:\"")");
  const Member& last = reader.members()[2];
  CHECK(last.text == R"({"d" : [ {"e":1} ],"f": -1.5 })");
  CHECK(last.json == R"({"d":[{"e":1}],"f":-1.5})");
  CHECK(static_cast<std::size_t>(last.text.data() - text.data()) == text.find(last.text));
}

TEST_CASE("the elements of an array are members without a name") {
  JsonReader reader;
  REQUIRE(reader.read(R"([1, {"a": [2]}, "x"])"));
  REQUIRE(reader.members().size() == 3);
  CHECK(reader.members()[0].name.empty());
  CHECK(reader.members()[1].json == R"({"a":[2]})");
  CHECK(reader.members()[2].json == R"("x")");
  REQUIRE(reader.read("1"));
  CHECK(reader.members().empty());
}

TEST_CASE("a text that is cut short is incomplete, wherever it is cut") {
  const std::string text = R"({"a\n\u00e9":[1.5e+3,true,null,{}],"b":"\ud83d\ude00","c":{"d":-0}})";
  REQUIRE(compact_json(text).has_value());
  for (std::size_t size = 1; size < text.size(); ++size) {
    CAPTURE(size);
    CHECK(compact(text.substr(0, size)) == std::to_string(size) + ": incomplete JSON");
  }
}

TEST_CASE("what is wrong is said with its place") {
  CHECK(compact("[x]") == "1: not valid JSON: unexpected \"x\"");
  CHECK(compact("[01]") == "2: not valid JSON: unexpected \"1\"");
  CHECK(compact(R"(["\x"])") == "3: not valid JSON: illegal escape");
  CHECK(compact(R"(["\u12g4"])") == "6: not valid JSON: illegal escape");
  CHECK(compact(std::string{"[\0]", 3}) == "1: not valid JSON: unexpected \"\\x00\"");
  CHECK(compact(std::string(40, '[')) ==
        "32: not valid JSON: arrays and objects are nested too deeply");
  CHECK(compact(R"({"b":1,"a":2,"a":3})") == R"(15: "a" occurs twice)");
}

TEST_CASE("what other programs write is called what it is, with what to write instead") {
  for (const char* word : {"NaN", "nan", "-nan", "Infinity", "-Infinity", "inf", "-inf"}) {
    CAPTURE(word);
    const std::string said =
        ": \"" + std::string{word} + "\" is not a JSON number; write null or leave it out";
    CHECK(compact(word) == '0' + said);
    CHECK(compact("{\"a\":" + std::string{word} + '}') == '5' + said);
  }
  CHECK(compact("[.5]") == R"(1: ".5" is not a JSON number; write "0.5")");
  CHECK(compact("[1, -.5]") == R"(4: "-.5" is not a JSON number; write "-0.5")");
  CHECK(compact(R"({"a":5. })") == R"(5: "5." is not a JSON number; write "5")");
  CHECK(compact("{\"a\":True}") == R"(5: "True" is not a JSON value; write "true")");
  CHECK(compact("[None]") == R"(1: "None" is not a JSON value; write "null")");
  CHECK(compact("['a']") == R"(1: not valid JSON: unexpected "'"; strings need double quotes)");
  const auto half = [](const std::string& unit) {
    return ": not valid JSON: \"\\" + unit +
           "\" is half a surrogate pair; write both halves or leave it out";
  };
  CHECK(compact(R"(["\udc00"])") == '8' + half("udc00"));
  CHECK(compact(R"(["\uDCE9.txt"])") == '8' + half("uDCE9"));
  CHECK(compact(R"(["\ud800\n"])") == '9' + half("ud800"));
  CHECK(compact(R"(["\ud800\u0041"])") == "14" + half("ud800"));
  const std::string latin =
      " is not UTF-8; if the text is Latin-1, convert it with iconv -f LATIN1 -t UTF-8";
  CHECK(compact("[\"caf\xe9 au lait\"]") == R"(5: not valid JSON: the byte "\xe9")" + latin);
  CHECK(compact("[\"\xff\"]  ") == R"(2: not valid JSON: the byte "\xff")" + latin);
  CHECK(compact("[\"\t\"]") ==
        R"(2: not valid JSON: the control character "\t" in a string must be an escape)");
  CHECK(compact("[\"\xe2\x82") == "4: incomplete JSON");
}

TEST_CASE("much of anything takes no longer than its length") {
  constexpr std::size_t many = 100'000;
  std::string different = "{";
  std::string same = "{";
  for (std::size_t n = 0; n < many; ++n) {
    different += "\"n" + std::to_string(n) + "\":0,";
    same += "\"n\":0,";
  }
  CHECK(compact_json(different + "\"m\":1}").has_value());
  CHECK(compact(same + "\"m\":1}") == R"(9: "n" occurs twice)");
  CHECK(compact(std::string(many, '[')) ==
        "32: not valid JSON: arrays and objects are nested too deeply");
  CHECK(compact('[' + std::string(many, ',')) == "1: not valid JSON: unexpected \",\"");
}

TEST_CASE("it takes what Boost.JSON takes, and leaves what that leaves") {
  for (const char* const text :
       {R"({"timestamp":1700000000.123,"event":"runner_stop","flavor":"small","status":null})",
        R"( { "a" : [ 1 , -0.5e+3 , true , false , null , {} , [] ] , "b" : { "c" : "d" } } )",
        R"({"x":"\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t","y":"é😀","\u0061":1e308})",
        R"(["\u0000\u001b\u007f\u0080\u202e\uffff","\ud800\udc00","\udbff\udfff"])",
        "[0e2147483647,0e-2147483647,1e22,123456789012345678901234567890,0.0E+5]", "0e2147483648",
        "-0e99999999999", "0e00000000000000000001", "1e2147483647",
        "123456789012345678901234567890]",
        "\"\xC2\x80\xE2\x80\xAE\xEF\xBF\xBF\xF4\x8F\xBF\xBF\x7F\"", "-12.5E-3"}) {
    for (const std::string& wound : wounded(text)) {
      CAPTURE(wound);
      REQUIRE(disagreement(wound) == "");
    }
  }
  for (std::size_t depth = 30; depth < 36; ++depth) {
    const std::string arrays = std::string(depth, '[') + std::string(depth, ']');
    CAPTURE(arrays);
    CHECK(disagreement(arrays) == "");
    CHECK(disagreement("{\"a\":" + arrays + '}') == "");
    CHECK(JsonReader{}.read_object("{\"a\":" + arrays + '}') == is_json("{\"a\":" + arrays + '}'));
  }
}

TEST_CASE("it takes and leaves what Boost.JSON does of what fuzzing has found, too") {
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator{source_directory + "/tests/fuzz/corpus"}) {
    if (entry.is_regular_file()) {
      CAPTURE(entry.path());
      REQUIRE(disagreement(read_file(entry.path())) == "");
    }
  }
}

TEST_CASE("an object of many names has each once") {
  std::string members;
  for (int n = 0; n < 1000; ++n) {
    members += "\"n" + std::to_string(n) + "\":{\"x\":1},";
  }
  CHECK(compact_json('{' + members + "\"m\":1}").has_value());
  CHECK(compact('{' + members + "\"n\\u0036\":1}").ends_with(R"(: "n6" occurs twice)"));
  CHECK(compact("{\"o\":{" + members + "\"n7\":1}}").ends_with(R"(: "n7" occurs twice)"));
}

TEST_CASE("only a JSON string has the value of one") {
  CHECK(string_value(R"("a\u00e9\n")") == "aé\n");
  CHECK(string_value("1") == std::nullopt);
  CHECK(string_value("nonsense") == std::nullopt);
}

TEST_SUITE_END();
