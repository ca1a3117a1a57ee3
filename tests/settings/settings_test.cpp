#include "settings/layers.hpp"

#include "base/exit_code.hpp"
#include "settings/config_file.hpp"

#include "support/setting_named.hpp"

#include <doctest/doctest.h>

#include <map>
#include <set>

using namespace metrics_event;
using testing::setting_named;
using namespace std::chrono_literals;
using Source = Origin::Source;

namespace {

using Variables = std::map<std::string, std::string>;

Layer environment(const Variables& variables) {
  return environment_layer([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  });
}

Layer flags(const std::vector<std::pair<std::string_view, std::string>>& given) {
  Layer layer;
  for (const auto& [name, text] : given) {
    layer.push_back(given_by_flag(setting_named(name), text));
  }
  return layer;
}

std::pair<ExitCode, std::string> failure(const Layer& low, const Layer& high) {
  try {
    resolve({low, high});
  } catch (const Failure& failure) {
    return {failure.code(), failure.text()};
  }
  return {ExitCode::ok, ""};
}

using Blame = std::pair<ExitCode, std::string>;

// For every setting a value that is not the default, another one, and one that is bad.
struct Sample {
  std::string_view setting;
  std::string one;
  std::string other;
  std::string bad;
};

const std::vector<Sample> samples{
    {"url", "http://one.example.com/", "http://other.example.com/", "nonsense"},
    {"query-url", "http://one.example.com/", "http://other.example.com/select/logsql/query",
     "http://one.example.com/push"},
    {"label", "one=1", "other=2", "bad-name=x"},
    {"metadata", "one=1", "other=2", "bad-name=x"},
    {"header", "X-One: 1", "X-Other: 2", "Host: x"},
    {"org-id", "one", "other", "a b"},
    {"username", "one", "other", "a:b"},
    {"password-file", "/one", "/other", "a\nb"},
    {"password", "one", "other", "a\tb"},
    {"bearer-token-file", "/one", "/other", "a\nb"},
    {"bearer-token", "one", "other", "a b"},
    {"ca-cert", "/one", "/other", "a\nb"},
    {"cert", "/one", "/other", "a\nb"},
    {"key", "/one", "/other", "a\nb"},
    {"tls-skip-verify", "true", "false", "maybe"},
    {"no-proxy", "one.example.com", "*", "a\ab"},
    {"proxy", "one.example.com", "other.example.com:3128", "socks5://x"},
    {"config", "/one.toml", "none", "a\nb"},
    {"events", "/one", "/other", "a\nb"},
    {"timeout", "7s", "8s", "5 parsecs"},
    {"connect-timeout", "300ms", "400ms", "soon"},
    {"retries", "1", "0", "many"},
    {"confirm", "true", "false", "maybe"},
    {"spool", "./one", "true", "maybe"},
    {"spool-max-bytes", "1KiB", "5", "0"},
    {"entry-time", "event", "now", "then"},
    {"on", "failure", "always", "sometimes"},
    {"best-effort", "true", "false", "maybe"},
    {"disabled", "true", "false", "maybe"},
    {"dry-run", "true", "false", "maybe"},
    {"output", "json", "text", "xml"},
    {"quiet", "true", "false", "maybe"},
    {"verbose", "true", "false", "maybe"},
};

} // namespace

TEST_SUITE_BEGIN("settings");

TEST_CASE("every setting has a sample here, so that the tests below speak of all") {
  REQUIRE(samples.size() == all_settings().size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    CHECK(samples[i].setting == all_settings()[i].name);
  }
}

TEST_CASE("the defaults are those of the table") {
  const Settings defaults = resolve({}).settings;
  CHECK(defaults.url.url() == "http://localhost:3100/loki/api/v1/push");
  CHECK(defaults.labels == Labels{{"job", "metrics"}});
  CHECK(defaults.org_id.empty());
  CHECK(defaults.timeout == 5s);
  CHECK(defaults.connect_timeout == 2s);
  CHECK(defaults.retries == 2);
  CHECK_FALSE(defaults.spool.on);
  CHECK(defaults.spool_max_bytes == 16UL * 1024 * 1024);
  CHECK(defaults.entry_time == EntryTime::now);
  CHECK(defaults.output == Output::text);
  CHECK_FALSE((defaults.best_effort || defaults.disabled || defaults.dry_run || defaults.quiet ||
               defaults.verbose));
}

TEST_CASE("for every setting and every combination of layers: the highest one wins and is named") {
  for (const Sample& sample : samples) {
    CAPTURE(sample.setting);
    const Setting& row = setting_named(sample.setting);
    const std::string variable = variable_name(row);
    const auto file = [&](const std::string& text, const std::string& path) {
      const std::string value = row.kind == Setting::Kind::toggle ? text
                                : row.kind == Setting::Kind::list ? "['" + text + "']"
                                                                  : "'" + text + "'";
      return config_layer(row.name.data() + (" = " + value), path);
    };
    struct Place {
      Layer layer;
      Source source;
      std::string name;
      std::string text;
    };
    std::vector<Place> places;
    if (row.has_key()) {
      places.push_back({file(sample.one, "/system"), Source::file, "/system:1:", sample.one});
      places.push_back({file(sample.other, "/user"), Source::file, "/user:1:", sample.other});
    }
    places.push_back(
        {environment({{variable, sample.one}}), Source::environment, variable, sample.one});
    places.push_back({flags({{sample.setting, sample.other}}), Source::flag,
                      "--" + std::string{sample.setting}, sample.other});

    for (std::size_t combination = 0; combination < std::size_t{1} << places.size();
         ++combination) {
      CAPTURE(combination);
      std::vector<Layer> layers;
      const Place* highest = nullptr;
      for (std::size_t i = 0; i < places.size(); ++i) {
        if ((combination >> i & 1U) != 0) {
          layers.push_back(places[i].layer);
          highest = &places[i];
        }
      }
      const Resolved resolved = resolve(layers, row.name);
      const Origin& origin = resolved.origins.at(sample.setting);
      if (highest == nullptr) {
        CHECK(origin.source == Source::built_in);
        continue;
      }
      CHECK(origin.source == highest->source);
      CHECK(origin.name.starts_with(highest->name));
      if (row.kind != Setting::Kind::list) {
        Settings expected;
        REQUIRE_FALSE(row.assign(expected, highest->text));
        CHECK(row.show(resolved.settings) == row.show(expected));
        CHECK(resolved.settings.password.reveal() == expected.password.reveal());
        CHECK(resolved.settings.bearer_token.reveal() == expected.bearer_token.reveal());
      }
    }
  }
}

TEST_CASE("for every fallback variable: it counts below those before it and above the files") {
  for (const Sample& sample : samples) {
    const Setting& row = setting_named(sample.setting);
    Variables variables{{variable_name(row), sample.other}};
    std::string above = variable_name(row);
    for (const FallbackVariable& fallback : row.fallback_variables) {
      const std::string name{fallback.name};
      CAPTURE(name);
      const bool is_conditional = fallback.applies != nullptr;
      // A URL with which the variable counts.
      const Layer low{
          {&setting_named("url"),
           fallback.condition == "with https URLs" ? "https://example.com" : "http://example.com",
           {Source::file, "/file:1:1: url"}},
          {&row, sample.other, {Source::file, "/file:2:1"}}};
      const auto origin = [&] {
        return resolve({low, environment(variables)}, sample.setting)
            .origins.at(sample.setting)
            .name;
      };
      variables[name] = sample.one;
      CHECK(origin() == above);
      variables[above] = "";
      CHECK(origin() == name);
      above = name;
      if (is_conditional) {
        const Layer direct{{&setting_named("url"), "http://localhost", {Source::flag, "--url"}}};
        CHECK(resolve({environment(variables), direct}, sample.setting)
                  .origins.at(sample.setting)
                  .source == Source::built_in);
        variables.erase(name);
        variables[above = variable_name(row)] = sample.other;
      }
    }
  }
}

TEST_CASE("for every setting: a bad value is blamed on its origin, with the status of that") {
  for (const Sample& sample : samples) {
    CAPTURE(sample.setting);
    const std::string variable = variable_name(setting_named(sample.setting));
    Variables variables{{"METRICS_EVENT_URL", "http://example.com"}, // where a proxy is asked
                        {"METRICS_EVENT_PROXY", "proxy.example.com"}};
    variables[variable] = sample.bad;
    const Blame by_variable = failure(environment(variables), {});
    CHECK(by_variable.first == ExitCode::config);
    CHECK(by_variable.second.starts_with(variable + ": expected "));

    const Blame by_flag = failure({}, flags({{sample.setting, sample.bad}}));
    CHECK(by_flag.first == ExitCode::usage);
    CHECK(by_flag.second.starts_with("--" + std::string{sample.setting} + ": expected "));
  }
}

TEST_CASE("a list of hosts is looked at only where a proxy would be asked") {
  const Variables bad{{"no_proxy", "localhost\a"}};
  const auto with = [&bad](const Variables& more) {
    Variables variables = bad;
    variables.insert(more.begin(), more.end());
    return failure(environment(variables), {}).first;
  };
  const std::pair<const std::string, std::string> far{"METRICS_EVENT_URL", "http://example.com"},
      near{"METRICS_EVENT_URL", "http://127.0.0.1"}, proxy{"http_proxy", "proxy.example.com"},
      own_proxy{"METRICS_EVENT_PROXY", "proxy.example.com"};
  CHECK(with({}) == ExitCode::ok);
  CHECK(with({far}) == ExitCode::ok);
  CHECK(with({near, proxy}) == ExitCode::ok);
  CHECK(with({near, own_proxy}) == ExitCode::ok);
  CHECK(with({{"METRICS_EVENT_URL", "file:///tmp/x"}, own_proxy}) == ExitCode::ok);
  CHECK(with({far, proxy}) == ExitCode::config);
  CHECK(with({far, own_proxy}) == ExitCode::config);
  CHECK(with({far, {"https_proxy", "proxy.example.com"}}) == ExitCode::ok);
  CHECK(with({{"METRICS_EVENT_URL", "https://example.com"}, {"https_proxy", "x"}}) ==
        ExitCode::config);
  // A flag is what somebody has just typed.
  CHECK(failure({}, flags({{"no-proxy", "localhost\a"}})).first == ExitCode::usage);
  // It leaves no trace.
  const Resolved resolved = resolve({environment(bad)});
  CHECK(resolved.settings.no_proxy.empty());
  CHECK(resolved.origins.at("no-proxy").source == Source::built_in);
}

TEST_CASE("for every setting: an empty variable counts as unset, an empty flag does not") {
  for (const Sample& sample : samples) {
    CAPTURE(sample.setting);
    const std::string variable = variable_name(setting_named(sample.setting));
    const Resolved empty = resolve({environment({{variable, ""}})});
    CHECK(empty.origins.at(sample.setting).source == Source::built_in);
    CHECK(failure({}, flags({{sample.setting, ""}})).first == ExitCode::usage);
  }
}

TEST_CASE("the url falls back to the names that others use, in their order") {
  const auto url = [](const Variables& variables) {
    return resolve({environment(variables)}).settings.url.host;
  };
  const Variables all{{"METRICS_EVENT_URL", "http://a.example.com"},
                      {"PROMTAIL_PUSH_API_URL", "http://b.example.com"},
                      {"LOKI_ADDR", "http://c.example.com"}};
  Variables some = all;
  CHECK(url(some) == "a.example.com");
  some["METRICS_EVENT_URL"] = "";
  CHECK(url(some) == "b.example.com");
  some.erase("PROMTAIL_PUSH_API_URL");
  CHECK(url(some) == "c.example.com");
  some["LOKI_ADDR"] = "nonsense";
  CHECK(failure(environment(some), {}) ==
        Blame{ExitCode::config, "LOKI_ADDR: expected a URL that starts with http:// or https://"});
  CHECK(resolve({environment({{"LOKI_ORG_ID", "tenant"}})}).settings.org_id == "tenant");
}

TEST_CASE("labels of all layers add up, the higher one wins, and an empty value removes") {
  const Layer low = environment({{"METRICS_EVENT_LABEL", "env=test\n\nregion=north, east\n"}});
  CHECK(resolve({low}).settings.labels ==
        Labels{{"env", "test"}, {"job", "metrics"}, {"region", "north, east"}});
  CHECK(resolve({low, flags({{"label", "env=prod"}, {"label", "job="}})}).settings.labels ==
        Labels{{"env", "prod"}, {"region", "north, east"}});
}

TEST_CASE("of headers with one name, in any case, the last one stays") {
  const Settings settings = resolve({environment({{"METRICS_EVENT_HEADER", "X-A: 1\nX-B: 2"}}),
                                     flags({{"header", "x-a: 3"}})})
                                .settings;
  CHECK(settings.headers == ExtraHeaders{{"X-A", "3"}, {"X-B", "2"}});
}

TEST_CASE("many headers and metadata take no longer than their number") {
  constexpr std::size_t many = 100'000;
  std::string headers, metadata;
  for (std::size_t n = 0; n < many; ++n) {
    headers += "X-" + std::to_string(n) + ": 1\n";
    metadata += "n" + std::to_string(n) + "=1\n";
  }
  const Settings settings =
      resolve(
          {environment({{"METRICS_EVENT_HEADER", headers}, {"METRICS_EVENT_METADATA", metadata}})})
          .settings;
  CHECK(settings.headers.size() == many);
  CHECK(settings.metadata.size() == many);
}

TEST_CASE("a carriage return before the end of a line in a variable belongs to the end") {
  const Settings settings =
      resolve({environment({{"METRICS_EVENT_LABEL", "job=a\r\n\r\nenv=b\rc\r"},
                            {"METRICS_EVENT_METADATA", "trace=1\r\n"},
                            {"METRICS_EVENT_HEADER", "X-A: 1\r\nX-B: 2\r"}})})
          .settings;
  CHECK(settings.labels == Labels{{"env", "b\rc"}, {"job", "a"}});
  CHECK(settings.metadata == Labels{{"trace", "1"}});
  CHECK(settings.headers == ExtraHeaders{{"X-A", "1"}, {"X-B", "2"}});
  CHECK(environment({{"METRICS_EVENT_LABEL", "\r\n\r"}}).empty());
}

TEST_CASE("a variable whose items seem to have commas between them draws a warning") {
  const auto warned = [](const std::string& variable, const std::string& value) {
    const auto warnings = resolve({environment({{variable, value}})}).warnings;
    REQUIRE(warnings.size() < 2);
    return warnings.empty() ? "" : warnings.front();
  };
  const std::string words =
      " holds a comma and what looks like another item; put each item on its own line";
  const std::string label = "METRICS_EVENT_LABEL";
  CHECK(warned(label, "job=a,env=b") == label + ": the value of \"job\"" + words);
  CHECK(warned(label, "x=1\njob=a,b, env=c,d=e") == label + ": the value of \"job\"" + words);
  CHECK(warned("METRICS_EVENT_METADATA", "a=,b=") ==
        "METRICS_EVENT_METADATA: the value of \"a\"" + words);
  CHECK(warned("METRICS_EVENT_HEADER", "X-A: secret,X-B: secret") ==
        "METRICS_EVENT_HEADER: the value of \"X-A\"" + words);
  for (const char* fine : {"job=a,b", "job=a, b", "job=a,=b", "job=a,1=b", "job=a,b c=d", "job=,",
                           "job=a=b", "job=a,b\nenv=c"}) {
    CAPTURE(fine);
    CHECK(warned(label, fine).empty());
  }
  CHECK(warned("METRICS_EVENT_HEADER", "Accept: text/html,a:b,*/*").empty());
  CHECK(resolve({flags({{"label", "job=a,env=b"}})}).warnings.empty());
  CHECK(resolve({environment({{label, "job=a,env=b"}})}, "timeout").warnings.empty());
}

TEST_CASE("a stream needs a label and has at most fifteen") {
  CHECK(failure({}, flags({{"label", "job="}})) ==
        Blame{ExitCode::usage, "--label: the last label is removed, and a stream needs one; give "
                               "another, such as job=NAME"});
  std::vector<std::pair<std::string_view, std::string>> many;
  for (int i = 1; i < 15; ++i) {
    many.emplace_back("label", "l" + std::to_string(i) + "=x");
  }
  CHECK(resolve({flags(many)}).settings.labels.size() == 15);
  many.emplace_back("label", "l15=x");
  CHECK(failure({}, flags(many)) ==
        Blame{ExitCode::usage, "--label: expected at most 15 labels, got 16"});
}

TEST_CASE(
    "a setting that is not heeded has its value all the same, but its mistakes do not count") {
  const Layer broken = environment({{"METRICS_EVENT_URL", "nonsense"},
                                    {"METRICS_EVENT_LABEL", "job="},
                                    {"METRICS_EVENT_RETRIES", "7"},
                                    {"METRICS_EVENT_TIMEOUT", "7s"}});
  const Resolved resolved = resolve({broken}, "timeout output");
  CHECK(resolved.settings.timeout == 7s);
  CHECK(resolved.settings.retries == 7);
  CHECK(resolved.settings.url.url() == resolve({}).settings.url.url());
  CHECK(resolved.settings.labels.empty());
  CHECK(resolved.origins.size() == 2);
}

TEST_CASE("a list of settings has those that it names whole") {
  CHECK(names_setting("timeout output", setting_named("timeout")));
  CHECK(names_setting("timeout output", setting_named("output")));
  CHECK_FALSE(names_setting("connect-timeout output", setting_named("timeout")));
  CHECK(names_setting("", setting_named("timeout")));
}

TEST_CASE("a bad value of a flag is refused although a later one would win") {
  CHECK(failure({}, flags({{"timeout", "5 parsecs"}, {"timeout", "5s"}})).first == ExitCode::usage);
  // A variable that a flag replaces is not looked at: the flag is how to get on.
  CHECK(failure(environment({{"METRICS_EVENT_TIMEOUT", "x"}}), flags({{"timeout", "5s"}})).first ==
        ExitCode::ok);
}

TEST_CASE("a bad value of a setting that may hold a secret is not repeated") {
  // All others may be: a new setting is taken for one that holds a secret until it stands here.
  const std::set<std::string_view> harmless{
      "label", "metadata",        "timeout",  "connect-timeout", "retries",         "confirm",
      "spool", "best-effort",     "disabled", "dry-run",         "spool-max-bytes", "entry-time",
      "on",    "tls-skip-verify", "output",   "quiet",           "verbose"};
  const std::string secret = "hunter2";
  const std::string texts[]{secret + ':' + secret,
                            "http://user:" + secret + "/x@example.com",
                            "https:/user:" + secret + "@example.com",
                            "user:" + secret + "@example.com:3100",
                            "http://user:" + secret + "^@example.com",
                            "http://example.com:" + secret,
                            "http://example.com/#" + secret,
                            "ftp://example.com/" + secret,
                            secret + "=" + secret,
                            "Authorization " + secret,
                            secret + " " + secret + ": x",
                            "-----BEGIN PRIVATE KEY-----\n" + secret + "\n-----END",
                            secret + "\n",
                            secret + "\r",
                            secret + "\xff",
                            secret + std::string(3000, 'x')};
  for (const Setting& setting : all_settings()) {
    const std::string name{setting.name};
    CAPTURE(name);
    int refused = 0;
    for (const std::string& text : texts) {
      CAPTURE(text);
      Settings settings;
      if (const auto mismatch = setting.assign(settings, text)) {
        ++refused;
        CHECK((mismatch->text.find(secret) == std::string::npos || harmless.contains(name)));
      }
    }
    CHECK(refused > 0);
  }
}

TEST_CASE("the last of a flag's values wins") {
  CHECK(resolve({flags({{"timeout", "7s"}, {"timeout", "8s"}})}).settings.timeout == 8s);
}

TEST_CASE("how to report is known even when all else is wrong") {
  const Layer broken = flags({{"timeout", "nonsense"}, {"output", "json"}});
  CHECK(output_of({Layer{}, broken}) == Output::json);
  CHECK(output_of({environment({{"METRICS_EVENT_OUTPUT", "json"}}), flags({{"output", "xml"}})}) ==
        Output::json);
  CHECK(output_of({}) == Output::text);
}

TEST_SUITE_END();
