#include "settings/config_file.hpp"

#include "base/exit_code.hpp"
#include "settings/places.hpp"
#include "support/isolated.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"
#include "system/file.hpp"

#include <doctest/doctest.h>

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <regex>

using namespace metrics_event;
using namespace metrics_event::testing;
using Words = std::vector<std::string>;

namespace {

// "name=value" of each setting that a text gives.
Words given(std::string_view toml) {
  Words words;
  const Layer layer = config_layer(toml, "/c.toml");
  for (const GivenSetting& setting : layer) {
    words.push_back(std::string{setting.setting->name} + '=' + setting.text);
  }
  return words;
}

std::string complaint(std::string_view toml) {
  try {
    config_layer(toml, "/c.toml");
  } catch (const Failure& failure) {
    CHECK(failure.code() == ExitCode::config);
    return failure.text();
  }
  return "no complaint";
}

Words places(const std::map<std::string, std::string>& variables) {
  const Environment environment = [&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    return found == variables.end() ? std::nullopt : std::optional{found->second};
  };
  Words paths;
  for (const ConfigPlace& place :
       config_places({environment_layer(environment)}, config_directories(environment))) {
    paths.push_back(place.path);
  }
  return paths;
}

// A text many times over.
std::string times(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    all += text;
  }
  return all;
}

// A dry run with this environment: what it says about its configuration.
Outcome dry_run(const Words& more, const std::map<std::string, std::string>& environment) {
  Words words{"runner-installed", "--flavor", "small", "--duration", "1", "--dry-run"};
  words.insert(words.end(), more.begin(), more.end());
  return run(program, {.arguments = words, .environment = environment});
}

} // namespace

TEST_SUITE_BEGIN("config_file");

TEST_CASE("a file gives settings by their names") {
  CHECK(given("") == Words{});
  CHECK(given("# nothing but a comment\n") == Words{});
  CHECK(given("timeout = '7s'\nbest-effort = true\nquiet = false\n") ==
        Words{"best-effort=true", "quiet=false", "timeout=7s"});
  CHECK(given("label = ['env=prod', 'job=']") == Words{"label=env=prod", "label=job="});
  CHECK(given("[label]\nenv = 'prod'\nregion = 'a=b, c'") ==
        Words{"label=env=prod", "label=region=a=b, c"});
}

TEST_CASE("a table of headers gives headers") {
  CHECK(given("[header]\nVL-Msg-Field = 'event'") == Words{"header=VL-Msg-Field: event"});
  CHECK(given("header = ['X-A: 1']") == Words{"header=X-A: 1"});
}

TEST_CASE("a value remembers its place") {
  const Layer layer = config_layer("\n  timeout = '7s'\n", "/etc/c.toml");
  REQUIRE(layer.size() == 1);
  CHECK(layer[0].origin.source == Origin::Source::file);
  CHECK(layer[0].origin.name == "/etc/c.toml:2:13: timeout");
}

TEST_CASE("what is wrong with a file is said with its place") {
  CHECK(complaint("timout = '7s'") ==
        "/c.toml:1:1: unknown key \"timout\", did you mean \"timeout\"?");
  CHECK(complaint("\nxyzzy = 1") ==
        "/c.toml:2:1: unknown key \"xyzzy\"; see metrics-event --help for the settings");
  CHECK(complaint("config = 'other.toml'").starts_with("/c.toml:1:1: unknown key \"config\""));
  CHECK(complaint("[default]\ntimeout = '7s'").starts_with("/c.toml:1:2: unknown key \"default\""));
  CHECK(complaint("timeout = true") == "/c.toml:1:11: timeout: expected a string in quotes");
  CHECK(complaint("quiet = 'yes'") == "/c.toml:1:9: quiet: expected true or false");
  CHECK(complaint("label = 'a=b'") ==
        "/c.toml:1:9: label: expected an array of strings or a table");
  CHECK(complaint("label = ['a=b', 1]") == "/c.toml:1:17: label: expected a string in quotes");
  CHECK(complaint("label = { a = 1 }") == "/c.toml:1:15: label: expected a string in quotes");
  CHECK(complaint("timeout = ").starts_with("/c.toml:1:"));
  CHECK(complaint("timeout = '7s'\ntimeout = '8s'") ==
        "/c.toml:2:11: the key occurs twice; give it once");
  CHECK(complaint("url = x") ==
        "/c.toml:1:7: expected a value such as \"x\" in quotes, a number, true or false");
  CHECK(complaint("url = \"http://x\n") ==
        "/c.toml:1:16: the string is not closed; end it with a quote");
  CHECK(complaint("url: 'x'") ==
        "/c.toml:1:4: expected KEY = VALUE, such as url = \"http://localhost:3100\"");
  CHECK(complaint("url = \"\xff\"").starts_with("/c.toml:1:"));
}

TEST_CASE("a key of very many names is refused, whatever form it has") {
  constexpr std::size_t many = 200'000;
  const std::vector<std::pair<std::string, std::string>> surroundings{
      {"", " = 1"},
      {"[", "]"},
      {"[[", "]]"},
      {"a = {", " = 1}"},
      {"a = [{", " = 1}]"},
      {"a = {b = 1, ", " = 1}"},
      {"quiet = true # it's\n", " = 1"},
      {"a = {b = \"\"\"\n\"\\\"\"\"\"\"\", ", " = 1}"},
      {"a = {b = '''\n'''', ", " = 1}"},
      {"a = {b = '\\', ", " = 1}"}};
  for (const char* name : {"a.", "a . ", "'a'.", R"("a".)", "'.'.", R"("\"".)", "''."}) {
    const std::string key = times(many, name) + 'b';
    for (const auto& around : surroundings) {
      CAPTURE(name);
      CAPTURE(around.first);
      const std::string said = complaint(around.first + key + around.second);
      const auto line = 1 + std::ranges::count(around.first, '\n');
      CHECK(said.starts_with("/c.toml:" + std::to_string(line) + ':'));
      CHECK(said.ends_with(": the key has too many parts separated by dots; see "
                           "metrics-event --help for the settings"));
    }
  }
  CHECK(complaint("\n  " + times(17, "a.") + "b = 1").starts_with("/c.toml:2:34: the key has too"));
}

TEST_CASE("dots that are in no key are not counted") {
  const std::string dots(100, '.');
  for (const std::string& value :
       {'"' + dots + '"', '\'' + dots + '\'', "\"\\\"" + dots + '"', "\"\"\"\n" + dots + "\"\"\"",
        "\"\"\"\"" + dots + "\"\"\"\"\"", "'''" + dots + "''''", "'\\' # '" + dots,
        "\"\" # " + dots, "'' # \"\"\" " + dots}) {
    CAPTURE(value);
    CHECK(given("org-id = " + value).size() == 1);
  }
  CHECK(given("label = [" + times(40, "'a=1.5', ") + ']').size() == 40);
  CHECK(complaint("a.b.c.d.e.f.g.h = 1").starts_with("/c.toml:1:1: unknown key \"a\""));
}

TEST_CASE("nesting of any other kind is refused as well") {
  constexpr std::size_t many = 200'000;
  for (const std::string& text :
       {"a = " + times(many, "["), "a = " + times(many, "{a="), "a = " + times(many, "[{a=["),
        times(many, "["), "a = " + times(many, "[") + times(many, "]"),
        times(200, "a = [{" + times(15, "b.") + "b = ") + '1'}) {
    CAPTURE(text.substr(0, 20));
    CHECK(complaint(text).starts_with("/c.toml:1:"));
  }
}

TEST_CASE("a character that cannot stand where it does is refused") {
  for (const char* text : {"[\x01]", "[[[a]]]", "[[=", "\u00e4 = 1", "\u3042", "quiet = \u00e4"}) {
    CAPTURE(text);
    CHECK(complaint(text).starts_with("/c.toml:1:"));
  }
  CHECK(given("url = \"\"\"\\\n\u00a7\"\"\"") == Words{"url=\u00a7"});
}

TEST_CASE("the usual places are the system's and the user's, without a home only the first") {
  const std::string system = "/etc/metrics-event/config.toml";
  CHECK(places({}) == Words{system});
  CHECK(places({{"HOME", "/root"}}) == Words{system, "/root/.config/metrics-event/config.toml"});
  CHECK(places({{"HOME", "/root"}, {"XDG_CONFIG_HOME", "/x"}}) ==
        Words{system, "/x/metrics-event/config.toml"});
  CHECK(places({{"XDG_CONFIG_HOME", "/x"}}) == Words{system, "/x/metrics-event/config.toml"});
  CHECK(places({{"HOME", "/root"}, {"XDG_CONFIG_HOME", "relative"}}) ==
        Words{system, "/root/.config/metrics-event/config.toml"});
  CHECK(places({{"HOME", ""}}) == Words{system});
}

TEST_CASE("a file that is named is the only one, and none is none") {
  CHECK(places({{"HOME", "/root"}, {"METRICS_EVENT_CONFIG", "/only.toml"}}) == Words{"/only.toml"});
  CHECK(places({{"HOME", "/root"}, {"METRICS_EVENT_CONFIG", "none"}}) == Words{});
}

TEST_CASE("a real file in the user's place is read, below the environment") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "metrics-event");
  write_file(directory.path() / "metrics-event" / "config.toml",
             "label = ['env=file', 'region=file']\noutput = 'json'\n");
  const Outcome outcome =
      dry_run({}, {{"XDG_CONFIG_HOME", directory.path()}, {"METRICS_EVENT_LABEL", "env=variable"}});
  CHECK(outcome.status == 0);
  CHECK(outcome.out.find(R"("labels":{"env":"variable","job":"metrics","region":"file"})") !=
        std::string::npos);
}

TEST_CASE("a file that is named and cannot be read is 66 by flag and 78 by variable") {
  const Outcome by_flag = dry_run({"--config", "/nonexistent/c.toml"}, {});
  CHECK(by_flag.status == 66);
  CHECK(by_flag.err ==
        "metrics-event: error: --config: cannot read \"/nonexistent/c.toml\": no such "
        "file or directory\n");
  const Outcome by_variable = dry_run({}, {{"METRICS_EVENT_CONFIG", "/nonexistent/c.toml"}});
  CHECK(by_variable.status == 78);
  CHECK(by_variable.err == "metrics-event: error: METRICS_EVENT_CONFIG: cannot read "
                           "\"/nonexistent/c.toml\": no such file or directory\n");
  CHECK(dry_run({"--config", "/"}, {}).err ==
        "metrics-event: error: --config: cannot read \"/\": is a directory\n");
  CHECK(dry_run({"--config", "/dev/zero"}, {}).err ==
        "metrics-event: error: --config: cannot read \"/dev/zero\": file too large\n");
}

TEST_CASE("a FIFO in a usual place is an error and holds nobody up, a named one is waited for") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "metrics-event");
  const std::string path = directory.path() / "metrics-event" / "config.toml";
  REQUIRE(mkfifo(path.c_str(), 0600) == 0);
  const Outcome unasked = dry_run({}, {{"XDG_CONFIG_HOME", directory.path()}});
  CHECK(unasked.status == 78);
  CHECK(unasked.err ==
        "metrics-event: error: cannot read \"" + path + "\": nothing arrived in time\n");
  Background reader{program,
                    {.arguments = {"runner-installed", "--flavor", "s", "--duration", "1", "-n",
                                   "--config", path}}};
  write_file(path, "label = ['job=', 'from=fifo']\n"); // which waits for the reader
  const Outcome named = reader.wait(std::chrono::seconds{20});
  CHECK(named.status == 0);
  CHECK(named.out.find(R"("stream":{"from":"fifo"})") != std::string::npos);
}

TEST_CASE("a directory without permission is named") {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.path() / "metrics-event");
  std::filesystem::permissions(directory.path() / "metrics-event", std::filesystem::perms::none);
  Invocation invocation{.arguments = {"runner-installed", "--flavor", "s", "--duration", "1", "-n"},
                        .environment = {{"XDG_CONFIG_HOME", directory.path()}}};
  std::string started = program;
  if (geteuid() == 0) { // who may read everything, unless those capabilities are taken away
    invocation.arguments.insert(invocation.arguments.begin(),
                                {"--bounding-set=-dac_override,-dac_read_search", program});
    started = "/usr/bin/setpriv";
  }
  const Outcome outcome = run(started, invocation);
  CHECK(outcome.status == 78);
  CHECK(outcome.err == "metrics-event: error: cannot read \"" +
                           (directory.path() / "metrics-event" / "events.d").string() +
                           "\": permission denied\n");
}

TEST_CASE("the system's file is read, below the user's, and a read-only root is no hindrance") {
  const TemporaryDirectory user;
  std::filesystem::create_directory(user.path() / "metrics-event");
  write_file(user.path() / "metrics-event" / "config.toml", "timeout = '9s'\n");
  const auto outcome = run_isolated(
      program,
      {.arguments = {"check", "--url", "http://127.0.0.1:1"},
       .environment = {{"XDG_CONFIG_HOME", user.path()}}},
      {}, [] {
        check(mount("none", "/etc", "tmpfs", 0, nullptr), "mount /etc");
        std::filesystem::create_directory("/etc/metrics-event");
        write_file("/etc/metrics-event/config.toml", "timeout = '8s'\nconnect-timeout = '1s'\n");
        check(mount("none", "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY, nullptr), "remount /");
      });
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->status == 69);
  CHECK(std::regex_search(
      outcome->out, std::regex{"\n  connect-timeout +1s +/etc/metrics-event/config.toml:2:19: "}));
  CHECK(std::regex_search(outcome->out, std::regex{"\n  timeout +9s +" + user.path().string() +
                                                   "/metrics-event/config.toml:1:11: "}));
}

TEST_SUITE_END();
