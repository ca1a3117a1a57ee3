#include "json/scanner.hpp"

#include "json/escape.hpp"
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

// Whether a text is JSON, by Boost.JSON.
bool is_json(std::string_view text) {
  boost::json::error_code error;
  boost::json::parse({text.data(), text.size()}, error);
  return !error;
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

// Nothing when the scanner and Boost.JSON are of one mind about a text.
std::string disagreement(const std::string& text) {
  const auto compact = compact_json(text);
  if (!compact) {
    const std::string& why = compact.error().text;
    const bool is_ours = why.ends_with(" is there twice") ||
                         why.starts_with("expected a number within the range of a double");
    return is_ours || !is_json(text) ? "" : "it is JSON, but: " + why;
  }
  if (!is_json(text)) {
    return "it is no JSON";
  }
  if (compact_json(*compact) != compact) {
    return "its compact form is not compact";
  }
  const auto value = [](const std::string& json) { // as text, for 0e400 is no number there
    return boost::json::serialize(boost::json::parse(json));
  };
  return value(text) == value(*compact) ? "" : "its value is another";
}

} // namespace

TEST_SUITE_BEGIN("json_scanner");

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
    const auto members = parse_members("{\"a\":" + arrays + '}');
    CHECK(members.has_value() == is_json("{\"a\":" + arrays + '}'));
  }
}

TEST_CASE("the same of what fuzzing has found") {
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
  CHECK(parse_members('{' + members + "\"m\":1}").has_value());
  CHECK(parse_members('{' + members + "\"n\\u0036\":1}").error().text == R"("n6" is there twice)");
  CHECK(parse_members("{\"o\":{" + members + "\"n7\":1}}").error().text ==
        R"("n7" is there twice)");
}

TEST_CASE("what was passed is given as it stands, and whether it is compact") {
  JsonScanner scanner{R"("a" : [1, "b"],{"c":"\n"})"};
  CHECK(scanner.string() == R"("a")");
  CHECK(scanner.is_compact());
  CHECK_FALSE(scanner.take(':'));
  scanner.skip_white_space();
  CHECK(scanner.take(':'));
  scanner.skip_white_space();
  CHECK(scanner.value() == R"([1, "b"])");
  CHECK_FALSE(scanner.is_compact());
  CHECK(scanner.offset() == 14);
  CHECK(scanner.string().empty());
  CHECK(scanner.take(','));
  CHECK(scanner.value() == R"({"c":"\n"})");
  CHECK(scanner.is_compact());
  CHECK(scanner.is_at_end());
  CHECK(scanner.value().empty());
  CHECK(unescaped(R"("\ud83d\ude00\u00e9\u20ac\u0041\/")") == "😀é€A/");
}

TEST_SUITE_END();
