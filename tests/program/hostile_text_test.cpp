// Texts that would act on a terminal or forge a line of output, in every place that takes a text.
#include "base/text.hpp"
#include "json/writer.hpp"
#include "settings/table.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace fs = std::filesystem;
using namespace metrics_event;
using namespace metrics_event::testing;
using Variables = std::map<std::string, std::string>;
using Words = std::vector<std::string>;

namespace {

// Each begins with a letter, so that it is not taken for an option. One has line breaks, which many
// places refuse at once, and one is not UTF-8.
const std::vector<std::string> hostile{"a\x1b]0;title\x07\rb\nmetrics-event: forged",
                                       "a\x1b[1m\u202e\u009b31m\u2028\x7f\x01z",
                                       "a\x9b"
                                       "31m\xffz"};

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Checks that a terminal shows what was written as it was meant: lines of safe characters, and on
// stderr nothing but lines of the program's own.
void check_lines(std::string_view text, std::string_view beginning) {
  while (!text.empty()) {
    const std::string line{text.substr(0, text.find('\n'))};
    CAPTURE(line);
    CHECK(is_safe_to_show(line));
    CHECK(line.starts_with(beginning));
    CHECK_FALSE(line.starts_with("metrics-event: forged"));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
}

// Runs a command line and returns what it wrote, for the caller to see that it said anything.
std::string look(const Words& words, const Variables& variables = {},
                 const std::string& input = "") {
  const std::string line = joined(words, " ", [](const std::string& word) { return quote(word); });
  CAPTURE(line);
  const Outcome outcome =
      run(plain_program, {.arguments = words, .environment = variables, .input = input});
  CHECK(outcome.status < 128);
  CHECK(outcome.status != static_cast<int>(ExitCode::software));
  check_lines(outcome.out, "");
  check_lines(outcome.err, "metrics-event: ");
  return outcome.out + outcome.err;
}

// Returns the beginning of a value that the setting may take. A spool is made in `directory`.
std::string beginning_of_value(const Setting& setting, const fs::path& directory) {
  const bool is_path =
      setting.value_kind == ValueKind::file || setting.value_kind == ValueKind::directory;
  return setting.name == "header"              ? "Name: "
         : setting.kind == Setting::Kind::list ? "name="
         : is_path                             ? directory.string() + '/'
                                               : "http://127.0.0.1:1/";
}

const Words apart{"--config", "none", "--url", "http://127.0.0.1:1", "--retries", "0"};

const Variables no_configuration{{"METRICS_EVENT_CONFIG", "none"}};

} // namespace

TEST_SUITE_BEGIN("hostile text");

TEST_CASE("in a value of a setting, from a flag, a variable or a file") {
  const TemporaryDirectory directory;
  const std::string config = (directory.path() / "config.toml").string();
  for (const Setting& setting : all_settings()) {
    const std::string name{setting.name};
    CAPTURE(name);
    for (const std::string& text : hostile) {
      for (const std::string& before :
           {std::string{}, beginning_of_value(setting, directory.path())}) {
        const std::string value = before + text;
        for (const Words& command : {Words{"send", "x"}, Words{"check"}}) {
          if (setting.has_flag()) {
            look(apart + Words{"--" + name + '=' + value} + command);
          }
          look((name == "url" ? Words{} : apart) + command, {{variable_name(setting), value}});
          if (setting.has_key()) {
            write_file(config, (name == "url" ? "" : "url = 'http://127.0.0.1:1'\n") + name +
                                   " = " + (setting.kind == Setting::Kind::list ? "[" : "") +
                                   json_string(value) +
                                   (setting.kind == Setting::Kind::list ? "]\n" : "\n"));
            look(Words{"--config", config} + command);
          }
        }
      }
    }
  }
}

TEST_CASE("in a name of a flag, a command, an event, a topic, an operand or an option") {
  for (const std::string& text : hostile) {
    for (const Words& words : {Words{text},
                               Words{"--" + text},
                               Words{"-" + text},
                               Words{"--" + text + "=x"},
                               Words{"send", text},
                               Words{"send", "x", text},
                               Words{"send", "x", "--" + text, "y"},
                               Words{"runner-installed", "--" + text},
                               Words{"help", text},
                               Words{"schema", text},
                               Words{"completion", text},
                               Words{"listen", text},
                               Words{"flush", text},
                               Words{"check", text},
                               Words{"version", text},
                               Words{"batch", text},
                               Words{"batch", text, text},
                               Words{"batch", "--resume", text},
                               Words{"check", "--wait", text},
                               Words{"listen", "--port", "0", "--address", text},
                               Words{"listen", "--port", text},
                               Words{"flush", "--wait", text},
                               Words{"flush", "--drop", "--older-than", text},
                               Words{"flush", "--list", "--output", "json", "--event", text},
                               Words{"send", "x", "--output=" + text},
                               Words{"send", "x", "--quiet=" + text},
                               Words{"send", "x", "--on=" + text, "--", "true"},
                               Words{"send", "x", "--", text},
                               Words{"send", "x", "--", "/nonexistent/" + text},
                               Words{"send", "x", "--url", "--" + text}}) {
      CHECK_FALSE(look(words, no_configuration).empty());
    }
  }
}

TEST_CASE("in a field of an event: its flag, its key, its value, its file") {
  for (const std::string& text : hostile) {
    for (const Words& words :
         {Words{"send", "x", text + "=x"},
          Words{"send", "x", text + ":=x"},
          Words{"send", "x", text + "=@/nonexistent"},
          Words{"send", "x", text + ":=@/nonexistent"},
          Words{"send", "x", "a[" + text + "]:=x"},
          Words{"send", "x", "a[" + text + "=x"},
          Words{"send", "x", "a:=" + text},
          Words{"send", "x", "a:=\"" + text},
          Words{"send", "x", "a=" + text},
          Words{"send", "x", "a=@" + text},
          Words{"send", "x", text + "=1", text + "=2"},
          Words{"send", "x", text + "=1", text + "[b]=2"},
          Words{"send", "x", "--timestamp", text},
          Words{"send", "x", "--timestamp", "@" + text},
          Words{"runner-installed", text + "=x", "--flavor", "s", "--duration", "1"},
          Words{"runner-installed", "--flavor", text, "--duration", text},
          Words{"runner-installed", "--flavor", text, "--duration-since", text},
          Words{"runner-stop", "status_info:={\"" + text + "\":1}"},
          Words{"runner-installed", "--flavor", text, "--duration", "1"},
          Words{"--output", "json", "send", "x", text + ":=x"}}) {
      CHECK_FALSE(look(apart + words).empty());
    }
  }
}

TEST_CASE("in a line, a name or the path of a batch") {
  const TemporaryDirectory directory;
  for (const std::string& text : hostile) {
    const std::string json = json_string(text);
    for (const std::string& line :
         {text, '{' + text + '}', "{\"event\":\"" + text + "\"}", "{\"event\":" + json + '}',
          "{\"event\":\"x\"," + json + ":x}", "{\"event\":\"x\"," + json + ":1," + json + ":2}",
          "{\"event\":\"runner_installed\"," + json + ":1}",
          "{\"event\":\"runner_installed\",\"flavor\":\"s\",\"duration\":" + json + '}',
          "{\"event\":\"x\",\"timestamp\":" + json + '}', "{\"event\":\"x\",\"a\":\"" + text}) {
      CAPTURE(line);
      CHECK_FALSE(look(apart + Words{"batch"}, {}, line + '\n').empty());
      CHECK_FALSE(look(apart + Words{"batch", "--skip-invalid"}, {}, line + '\n').empty());
      const fs::path file = directory.path() / text;
      write_file(file, line + '\n');
      CHECK_FALSE(look(apart + Words{"batch", file}).empty());
      CHECK_FALSE(look(apart + Words{"batch", "--resume", file},
                       {{"XDG_STATE_HOME", directory.path() / text}})
                      .empty());
      fs::remove(file);
    }
  }
}

TEST_CASE("in the paths of configuration, declarations and the spool") {
  for (const std::string& text : hostile) {
    const TemporaryDirectory directory;
    const fs::path home = directory.path() / text;
    const fs::path own = home / "metrics-event";
    fs::create_directories(own / "events.d");
    const Variables variables{{"XDG_CONFIG_HOME", home}, {"XDG_STATE_HOME", home}, {"HOME", home}};
    const Words unread{"--url", "http://127.0.0.1:1", "--retries", "0"};
    write_file(own / "config.toml", "timeout = '7s'\n");
    write_file(own / "events.d" / "good.json", R"({"properties":{"a":{"type":"string"}}})");
    write_file(own / "events.d" / (text + ".json"), R"({"properties":{}})");
    write_file(own / "events.d" / "bad.json", '{' + text);
    const std::vector<Words> commands{{"check"},
                                      {"schema"},
                                      {"send", "bad"},
                                      {"send", "good"},
                                      {"help"},
                                      {"help", "bad"},
                                      {"good"},
                                      {"flush"},
                                      {"flush", "--list"},
                                      {"completion", "bash", "--offers", ""}};
    for (const Words& command : commands) {
      look(unread + command, variables);
    }
    write_file(own / "config.toml", "timeout = " + text + "\n\"" + text + "\" = 1\n");
    CHECK_FALSE(look(unread + Words{"check"}, variables).empty());
    write_file(own / "config.toml", json_string(text) + " = 1\n");
    CHECK_FALSE(look(unread + Words{"check"}, variables).empty());
    fs::remove(own / "config.toml");
    for (const fs::path& path : {home / "missing", directory.path() / (text + "2")}) {
      const std::string missing = path;
      CHECK_FALSE(look(unread + Words{"check", "--config", missing}).empty());
      CHECK_FALSE(look(unread + Words{"check", "--events", missing}, variables).empty());
      CHECK_FALSE(look(unread + Words{"flush", "--spool", missing}, variables).empty());
      CHECK_FALSE(look(unread + Words{"send", "x", "--spool=" + missing}, variables).empty());
    }
    write_file(home / "file", "");
    CHECK_FALSE(look(unread + Words{"send", "x", "--spool=" + (home / "file").string()}, variables)
                    .empty());
    CHECK_FALSE(look({"send", "x", "--url", "file://" + (home / "no" / "x").string()}).empty());
  }
}

TEST_CASE("in a declaration: its titles, names, values and the variables that it names") {
  for (const std::string& text : hostile) {
    const TemporaryDirectory directory;
    const std::string json = json_string(text);
    for (const std::string& declaration :
         {"{\"title\":" + json +
              ",\"properties\":{\"a\":{\"type\":\"string\",\"description\":" + json + "}}}",
          "{\"description\":" + json + ",\"properties\":{" + json + ":{\"type\":\"string\"}}}",
          "{\"properties\":{\"a\":{\"enum\":[" + json + "]}}}",
          "{\"properties\":{\"a\":{\"type\":" + json + "}}}",
          "{\"properties\":{\"a\":{\"type\":\"string\",\"pattern\":" + json + "}}}",
          "{\"properties\":{\"a\":{\"type\":\"string\",\"default\":" + json + "}}}",
          "{\"properties\":{\"a\":{\"type\":\"string\",\"x-env\":" + json + "}}}",
          "{\"properties\":{\"a\":{\"type\":\"string\",\"minLength\":" + json + "}}}",
          "{" + json + ":1}", "{\"required\":[" + json + "],\"properties\":{}}"}) {
      CAPTURE(declaration);
      write_file(directory.path() / "declared.json", declaration);
      const Words declared = apart + Words{"--events", directory.path()};
      for (const Words& words :
           {Words{"help", "declared"}, Words{"declared"}, Words{"declared", "--a", text},
            Words{"declared", "--a", "x"}, Words{"schema"}, Words{"check"}, Words{"help"}}) {
        look(declared + words);
      }
    }
  }
}

TEST_CASE("in the files of a spool: their names, their entries and the reasons") {
  for (const std::string& text : hostile) {
    const TemporaryDirectory directory;
    const fs::path spool = directory.path() / "spool";
    const Words spooled = apart + Words{"--spool=" + spool.string()};
    REQUIRE_FALSE(look(spooled + Words{"send", "x", "--label", "l=" + text}).empty());
    for (const char* box : {"new", "trying", "refused", "tmp"}) {
      fs::create_directories(spool / box);
      write_file(spool / box / text, '{' + text);
      write_file(spool / box / "1", "{\"version\":" + json_string(text) + "}");
      write_file(spool / box / "2", '{' + json_string(text) + ":1}");
      write_file(spool / box / (text + ".reason"), text);
      write_file(spool / box / "1.reason", text);
    }
    for (const Words& words :
         {Words{"flush", "--list"}, Words{"flush", "--list", "--refused"}, Words{"check"},
          Words{"flush"}, Words{"flush", "--list", "--refused"}, Words{"flush", "--drop", "--all"},
          Words{"flush", "--drop", "--refused", "--all"}}) {
      look(spooled + words);
    }
  }
}

TEST_CASE("in what a receiver says: its reason, its title, its Location") {
  for (const std::string& text : hostile) {
    for (const std::string& reply :
         {http_reply(400, "Bad", text), http_reply(401, "No", text),
          http_reply(500, "No", "<title>" + text + "</title>", {"Content-Type: text/html"}),
          http_reply(503, "Busy", text, {"Retry-After: 0"}),
          http_reply(302, "Found", text, {"Location: http://example.com/" + text}),
          http_reply(204, "No Content", "", {"Date: " + text}), text + "\r\n\r\n"}) {
      const RawServer server{{{.reply = reply}}};
      const TemporaryDirectory directory;
      const Words there{"--config",
                        "none",
                        "--retries",
                        "0",
                        "--url",
                        "http://127.0.0.1:" + std::to_string(server.port()),
                        "--spool=" + (directory.path() / "spool").string()};
      for (const Words& words : {Words{"send", "x", "-v"}, Words{"check"}, Words{"flush", "-v"},
                                 Words{"flush", "--list"}, Words{"flush", "--list", "--refused"}}) {
        look(there + words);
      }
    }
  }
}

TEST_CASE("a key is shown with escapes and not left out") {
  CHECK(
      look(apart + Words{"send", "x", "a\nb\x1b\u202e:=zz"}).find("a\\nb\\x1b\\xe2\\x80\\xae: ") !=
      std::string::npos);
}

TEST_SUITE_END();
