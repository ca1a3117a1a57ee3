#include "settings/specifiers.hpp"

#include "base/exit_code.hpp"
#include "settings/config_file.hpp"
#include "settings/layers.hpp"

#include "support/setting_named.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using testing::setting_named;

namespace {

Parsed<std::string> nothing() {
  return Mismatch::saying("there is none");
}

Parsed<std::string> never_asked() {
  FAIL("this is not asked for");
  return nothing();
}

constexpr HostIdentity runner{[]() -> Parsed<std::string> { return std::string{"runner-17"}; },
                              []() -> Parsed<std::string> { return std::string{"0123abcd"}; }};

GivenSetting by_flag(std::string_view name, std::string text) {
  return given_by_flag(setting_named(name), std::move(text));
}

GivenSetting by_variable(std::string_view name, std::string text) {
  return {
      &setting_named(name), std::move(text), {Origin::Source::environment, "METRICS_EVENT_LABEL"}};
}

Settings expanded(const std::vector<Layer>& layers, const HostIdentity& host,
                  std::string_view heeded = "") {
  Resolved resolved = resolve(layers, heeded);
  expand_labels(resolved, layers, host);
  return resolved.settings;
}

// The message of the failure that expanding the layers ends with, after its exit status.
std::string failure(const std::vector<Layer>& layers, const HostIdentity& host) {
  try {
    expanded(layers, host);
  } catch (const Failure& failure) {
    return std::to_string(static_cast<int>(failure.code())) + ' ' + failure.text();
  }
  return "";
}

} // namespace

TEST_SUITE_BEGIN("specifiers");

TEST_CASE("a specifier is %H, %m or %%, anywhere in a value and as often as one likes") {
  for (const auto& [value, text] :
       std::vector<std::pair<std::string, std::string>>{{"", ""},
                                                        {"plain", "plain"},
                                                        {"%H", "runner-17"},
                                                        {"%m", "0123abcd"},
                                                        {"%%", "%"},
                                                        {"%%H", "%H"},
                                                        {"%%%H", "%runner-17"},
                                                        {"a%Hb%%c%md", "arunner-17b%c0123abcdd"},
                                                        {"%H%H", "runner-17runner-17"}}) {
    const std::string& given = value;
    CAPTURE(given);
    CHECK_FALSE(check_specifiers(given));
    CHECK(*expand_specifiers(given, runner) == text);
  }
}

TEST_CASE("any other use of a percent sign is a mistake, which shows the value") {
  for (const std::string value : {"%", "%h", "%M", "97%", "%%%", "%H%", "% H", "%\u00e9", "%h%H"}) {
    CAPTURE(value);
    const auto mismatch = check_specifiers(value);
    REQUIRE(mismatch);
    CHECK(mismatch->text ==
          "expected %H for the host name, %m for the machine id, or %% for a percent sign, got \"" +
              value + '"');
  }
}

TEST_CASE("labels and metadata are expanded, whichever layer gives them") {
  const Layer file = config_layer("label = ['host=%H', 'rate=5%%']\nmetadata = { machine = '%m' }",
                                  "/config.toml");
  const Settings settings = expanded(
      {file, {by_variable("label", "rack=%H-a")}, {by_flag("label", "pair=%H.%m")}}, runner);
  CHECK(settings.labels == Labels{{"host", "runner-17"},
                                  {"job", "metrics"},
                                  {"pair", "runner-17.0123abcd"},
                                  {"rack", "runner-17-a"},
                                  {"rate", "5%"}});
  CHECK(settings.metadata == Labels{{"machine", "0123abcd"}});
}

TEST_CASE("a value with an unknown specifier is an error that names its origin") {
  CHECK(failure({{by_flag("label", "host=%h")}}, runner) ==
        "64 --label: expected %H for the host name, %m for the machine id, or %% for a percent "
        "sign, got \"%h\"");
  CHECK(failure({{by_variable("label", "load=97%")}}, runner) ==
        "78 METRICS_EVENT_LABEL: expected %H for the host name, %m for the machine id, or %% for a "
        "percent sign, got \"97%\"");
  CHECK(
      failure({config_layer("\nmetadata = ['a=%x']", "/c.toml")}, runner) ==
      "78 /c.toml:2:13: metadata: expected %H for the host name, %m for the machine id, or %% for "
      "a percent sign, got \"%x\"");
  CHECK_THROWS_AS(check_values({by_flag("metadata", "a=%")}), const Failure&);
}

TEST_CASE("what the host lacks has status 78 and the origin of the label, also of a flag") {
  const HostIdentity bare{nothing, nothing};
  CHECK(failure({{by_flag("label", "host=%H"), by_flag("label", "a=b")}}, bare) ==
        "78 --label: cannot expand %H: there is none; set a host name with hostnamectl");
  CHECK(failure({config_layer("label = ['machine=%m']", "/c.toml"), {by_flag("label", "a=b")}},
                bare) ==
        "78 /c.toml:1:10: label: cannot expand %m: there is none; run systemd-machine-id-setup, or "
        "use %H");
}

TEST_CASE("the origin of a label is the last place that gives it") {
  const HostIdentity bare{nothing, nothing};
  const Layer file = config_layer("label = ['a=b', 'host=%H']", "/c.toml");
  const std::string what = "cannot expand %H: there is none; set a host name with hostnamectl";
  CHECK(failure({file, {by_variable("label", "a=c")}}, bare) == "78 /c.toml:1:17: label: " + what);
  CHECK(failure({file, {by_variable("label", "host=%H.a")}}, bare) ==
        "78 METRICS_EVENT_LABEL: " + what);
}

TEST_CASE("an expanded value must be one of a label") {
  const HostIdentity odd{[]() -> Parsed<std::string> { return std::string{"\xff"}; },
                         []() -> Parsed<std::string> { return std::string(40, '0'); }};
  CHECK(failure({{by_flag("label", "host=%H")}}, odd) ==
        "78 --label: expected a label value in valid UTF-8, got \"\\xff\"");
  CHECK(failure({{by_flag("label", "a=" + std::string(2040, 'a') + "%m")}}, odd)
            .starts_with("78 --label: expected a label value of at most 2048 bytes, got \"aaaa"));
}

TEST_CASE("a host is asked only for what a label that counts needs") {
  const HostIdentity silent{never_asked, never_asked};
  const Layer file = config_layer("label = ['host=%H', 'machine=%m', 'rate=5%%']", "/c.toml");
  CHECK(
      expanded({file, {by_flag("label", "host=a"), by_flag("label", "machine=")}}, silent).labels ==
      Labels{{"host", "a"}, {"job", "metrics"}, {"rate", "5%"}});
  CHECK(expanded({file}, silent, "timeout").labels.at("host") == "%H"); // nobody reads it
}

TEST_SUITE_END();
