// Events that files declare, from the file to the receiver.
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <regex>

using namespace metrics_event::testing;
using Words = std::vector<std::string>;
namespace fs = std::filesystem;

namespace {

const std::string disk_full = R"({
  "description": "a disk is almost full",
  "type": "object",
  "properties": {
    "mount": {"type": "string", "description": "where it is mounted", "pattern": "^/"},
    "used": {"type": "number", "minimum": 0, "maximum": 100},
    "level": {"enum": ["warning", "critical"], "default": "warning"},
    "clean_up": {"type": "object",
                 "properties": {"seconds": {"type": "number", "x-unit": "seconds", "x-measured": "duration"},
                                "code": {"type": "integer", "x-measured": "exit-code"}},
                 "required": ["seconds"]}
  },
  "required": ["mount", "used"],
  "additionalProperties": false
})";

// Three places with declared events: the user's, and one that --events can name.
struct Places {
  TemporaryDirectory directory;
  fs::path user = directory.path() / "config/metrics-event/events.d";
  fs::path named = directory.path() / "named";

  Places() {
    fs::create_directories(user);
    fs::create_directories(named);
  }

  Outcome run(const Words& arguments, std::map<std::string, std::string> environment = {}) const {
    environment.emplace("XDG_CONFIG_HOME", directory.path() / "config");
    environment.emplace("METRICS_EVENT_TIMEOUT", "4s");
    return testing_run({.arguments = arguments, .environment = std::move(environment)});
  }

  static Outcome testing_run(const Invocation& invocation) {
    return metrics_event::testing::run(program, invocation);
  }

  // The line that a dry run would send, or what it says.
  std::string line(Words arguments) const {
    arguments.insert(arguments.end(),
                     {"--url", "file:///nonexistent/log", "--timestamp", "1", "-n"});
    const Outcome outcome = run(arguments);
    return outcome.status == 0 ? outcome.out : std::to_string(outcome.status) + ' ' + outcome.err;
  }
};

std::string error(const std::string& text) {
  return "metrics-event: error: " + text + '\n';
}

} // namespace

TEST_SUITE_BEGIN("declared");

TEST_CASE("a declared event is a subcommand with flags, validation, defaults and measured fields") {
  const Places places;
  write_file(places.user / "disk-full.json", disk_full);
  CHECK(places.line({"disk-full", "--mount", "/", "--used", "97.50"}) ==
        R"({"timestamp":1,"event":"disk_full","mount":"/","used":97.50,"level":"warning"})"
        "\n");
  CHECK(
      places.line({"DiskFull", "--used=1", "--mount", "/", "--level", "critical", "--clean-up-code",
                   "3", "--clean-up-seconds-since", "0"}) ==
      R"({"timestamp":1,"event":"disk_full","mount":"/","used":1,"level":"critical","clean_up":{"seconds":1,"code":3}})"
      "\n");
  CHECK(places.line({"disk-full", "--mount", "/", "--used", "101"}) ==
        "65 " + error("--used: expected a plain number, from 0 to 100, got \"101\""));
  CHECK(places.line({"disk-full", "--mount", "var", "--used", "1"}) ==
        "65 " + error("--mount: expected text that matches ^/, got \"var\""));
  CHECK(places.line({"disk-full", "--mount", "/", "--used", "1", "--level", "bad"}) ==
        "65 " + error("--level: expected one of warning, critical, got \"bad\""));
  CHECK(places.line({"disk-full", "--mount", "/", "--used", "1", "--clean-up-code", "1"}) ==
        "64 " + error("disk-full needs --clean-up-seconds SECONDS"));
  CHECK(places.line({"disk-full", "--used", "1"}) == "64 " + error("disk-full needs --mount TEXT"));
  CHECK(places.line({"disk-full", "--mount", "/", "--used", "1", "--levl", "x"}) ==
        "64 " + error("unknown option \"--levl\", did you mean \"--level\"?"));
  CHECK(places.line({"disk-full", "--mount", "/", "--used", "1", "levl=x"}) ==
        "64 " + error("disk-full takes no extra fields: \"levl\", did you mean \"level\"?"));
  CHECK(places.line({"disk-ful"}) ==
        "64 " + error("unknown event or command \"disk-ful\", did you mean \"disk-full\"?"));
  CHECK(places.line({"send", "disk-full", "mount=/", "used:=1.0", "level=critical"}) ==
        R"({"timestamp":1,"event":"disk_full","mount":"/","used":1.0,"level":"critical"})"
        "\n");

  const Outcome measured = places.run(
      {"disk-full", "--mount", "/", "--used", "1", "--output", "json", "-n", "--", "true"});
  CHECK(measured.status == 0);
  CHECK(measured.out.find(R"("clean_up":{"seconds":0.)") != std::string::npos);
  CHECK(measured.out.find(R"("fields_set":["mount","used"])") != std::string::npos);
  CHECK(measured.out.find(
            R"("computed_fields":["event","clean_up.seconds","clean_up.code"],"extra":null)") !=
        std::string::npos);
}

TEST_CASE("a declared event arrives as a built-in one does") {
  const Places places;
  write_file(places.user / "disk_full.json", disk_full);
  const RawServer server{{{.reply = http_reply(204, "No Content")}}};
  const Outcome outcome =
      places.run({"disk-full", "--mount", "/", "--used", "5", "--timestamp", "1700000000", "--url",
                  "http://127.0.0.1:" + std::to_string(server.port())});
  CHECK(outcome.err.empty());
  CHECK(outcome.status == 0);
  REQUIRE(server.requests().size() == 1);
  CHECK(
      server.requests()[0].find(
          R"({\"timestamp\":1700000000,\"event\":\"disk_full\",\"mount\":\"/\",\"used\":5,\"level\":\"warning\"})") !=
      std::string::npos);
}

TEST_CASE("help, schema and check speak of declared events and where they are from") {
  const Places places;
  const std::string path = places.user / "disk-full.json";
  write_file(path, disk_full);
  const Outcome help = places.run({"disk-full", "--help"});
  CHECK(help.status == 0);
  CHECK(help.out.starts_with("Send disk-full: a disk is almost full.\n\nDeclared in " + path));
  CHECK(std::regex_search(
      help.out, std::regex{R"(\n  --mount TEXT +where it is mounted; text that matches)"}));
  CHECK(help.out.find("\"warning\"") != std::string::npos);
  CHECK(places.run({"--help"}).out.find("\n  disk-full         a disk is almost full\n") !=
        std::string::npos);
  CHECK(places.run({"-h"}).out.find("\n  also disk-full\n") != std::string::npos);
  CHECK(places.run({"help", "disk-full"}).out == help.out);

  const Outcome list = places.run({"schema"});
  CHECK(list.status == 0);
  CHECK(list.out.find("disk-full ") != std::string::npos);
  CHECK(list.out.find(path + "  a disk is almost full\n") != std::string::npos);
  const Outcome json = places.run({"schema", "--output", "json"});
  CHECK(json.out.find(R"({"name":"disk_full","origin":")" + path +
                      R"(","help":"a disk is almost full","fields":["mount","used","level",)"
                      R"("clean_up.seconds","clean_up.code"],"error":null})") != std::string::npos);
  const Outcome check = places.run({"check", "--url", "file://" + (places.user / "log").string()});
  CHECK(check.out.find("disk-full") != std::string::npos);
  CHECK(check.out.find(path) != std::string::npos);
}

TEST_CASE("what schema prints of an event declares the same event") {
  const Places places;
  write_file(places.user / "disk-full.json", disk_full);
  for (const char* event :
       {"disk-full", "runner-installed", "runner-start", "runner-stop", "reconciliation"}) {
    CAPTURE(event);
    const Outcome printed = places.run({"schema", event});
    REQUIRE(printed.status == 0);
    write_file(places.named / (std::string{event} + ".json"), printed.out);
    const Outcome again = places.run({"schema", event, "--events", places.named});
    CHECK(again.err.empty());
    CHECK(again.out == printed.out);
  }
  CHECK(places.run({"schema", "nothing"}).err ==
        error("unknown event \"nothing\"; see metrics-event schema"));
  CHECK(places.run({"schema", "nothing"}).status == 64);
  CHECK(places.run({"schema", "disk-ful"}).err ==
        error("unknown event \"disk-ful\", did you mean \"disk-full\"?"));
}

TEST_CASE("the place that --events names wins over the user's, and that over a built-in event") {
  const Places places;
  const auto declares = [](const std::string& field) {
    return R"({"properties":{")" + field + R"(":{"type":"string"}}})";
  };
  write_file(places.user / "runner-installed.json", declares("mine"));
  write_file(places.user / "other.json", declares("user"));
  write_file(places.named / "Other.json", declares("named"));
  CHECK(places.line({"runner-installed", "--mine", "x"}) ==
        R"({"timestamp":1,"event":"runner_installed","mine":"x"})"
        "\n");
  CHECK(places.line({"other", "--user", "x"}) == R"({"timestamp":1,"event":"other","user":"x"})"
                                                 "\n");
  CHECK(places.line({"--events", places.named, "other", "--named", "x"}) ==
        R"({"timestamp":1,"event":"other","named":"x"})"
        "\n");
  CHECK(places.line({"other", "--named", "x", "--events=" + places.named.string()}) ==
        R"({"timestamp":1,"event":"other","named":"x"})"
        "\n");
  const Outcome by_variable =
      places.run({"other", "--named", "x", "-n"}, {{"METRICS_EVENT_EVENTS", places.named}});
  CHECK(by_variable.status == 0);
  CHECK(places.run({"other", "--named", "x", "-n", "--events", "/nonexistent"}).err ==
        error("--events: cannot read \"/nonexistent\": no such file or directory"));
  CHECK(places.run({"other", "--named", "x", "-n", "--events", "/nonexistent"}).status == 66);
  const Outcome help = places.run({"--help"}, {{"METRICS_EVENT_EVENTS", "/nonexistent"}});
  CHECK(help.status == 0);
  CHECK(help.out.find("runner-installed") != std::string::npos);
  CHECK(help.out.find("METRICS_EVENT_EVENTS: cannot") != std::string::npos);
  const Outcome bad_variable =
      places.run({"other", "--named", "x", "-n"}, {{"METRICS_EVENT_EVENTS", "/nonexistent"}});
  CHECK(bad_variable.status == 78);
}

TEST_CASE("a file that an editor on Windows wrote declares its event as well") {
  const Places places;
  write_file(places.user / "marked.json",
             "\xEF\xBB\xBF{\r\n\"properties\": {\"n\": {\"type\": \"integer\"}}\r\n}\r\n");
  CHECK(places.line({"marked", "--n", "1"}) == R"({"timestamp":1,"event":"marked","n":1})"
                                               "\n");
  const fs::path wide = places.user / "wide.json";
  write_file(wide, std::string{"\xff\xfe{\0}\0", 6});
  CHECK(places.run({"wide", "-n"}).err ==
        error("cannot read \"" + wide.string() +
              "\": it is UTF-16 or compressed; convert it to UTF-8"));
}

TEST_CASE("a broken file names itself and the place, and breaks only its own event") {
  const Places places;
  const std::string broken = places.user / "broken.json";
  write_file(broken, R"({"properties":{"when":{"type":"string","formatMinimum":"now"}}})");
  const std::string words =
      broken + ": /properties/when/formatMinimum: unsupported keyword \"formatMinimum\"";
  const Outcome outcome = places.run({"broken", "--when", "now", "-n"});
  CHECK(outcome.status == 78);
  CHECK(outcome.err.starts_with("metrics-event: error: " + words));
  CHECK(places.run({"broken", "--help"}).status == 78);
  CHECK(places.run({"schema", "broken"}).status == 78);
  CHECK(places.line({"runner-installed", "--flavor", "s", "--duration", "1"}) ==
        R"({"timestamp":1,"event":"runner_installed","flavor":"s","duration":1})"
        "\n");
  CHECK(places.run({"schema"}).status == 0);
  CHECK(places.run({"schema"}).out.find("broken: " + words) != std::string::npos);
  CHECK(places.run({"--help"}).out.find("\"formatMinimum\"") != std::string::npos);
  const Outcome check = places.run({"check", "--url", "file://" + (places.user / "log").string()});
  CHECK(check.out.find("unsupported keyword") != std::string::npos);

  write_file(broken, "{");
  CHECK(places.run({"broken"}).err.starts_with("metrics-event: error: " + broken + ": "));
  write_file(places.user / "two words.json", "{}");
  CHECK(
      places.run({"schema"}).out.find("\"two words\" is not a valid event name; rename the file") !=
      std::string::npos);
  write_file(places.user / "twice.json", "{}");
  write_file(places.user / "Twice.json", "{}");
  CHECK(places.run({"twice", "-n"}).err.find("declares the same event as") != std::string::npos);
  CHECK(places.run({"twice", "-n"}).status == 78);
}

TEST_CASE("a field that is named like an option is given as a key, and help says so") {
  const Places places;
  write_file(places.user / "built.json",
             R"({"properties": {"version": {"type": "string", "description": "what was built"},
                 "timeout": {"type": "integer"}, "url": {"type": "string"}, "ok": {"type": "boolean"},
                 "label": {"type": "array", "items": {"type": "string"}}},
                 "required": ["version"]})");
  const std::string line =
      R"({"timestamp":1,"event":"built","version":"1.2","timeout":5,"url":"x"})"
      "\n";
  CHECK(places.line({"built", "version=1.2", "timeout=5", "url=x"}) == line);
  CHECK(places.line({"send", "built", "version=1.2", "timeout:=5", "url=x"}) == line);
  CHECK(places.line({"built", "version=1.2", R"(label:=["a"])"}) ==
        R"({"timestamp":1,"event":"built","version":"1.2","label":["a"]})"
        "\n");
  CHECK(places.line({"built"}) == "64 " + error("built needs version=TEXT"));
  CHECK(places.line({"built", "version=1", "timeout=soon"}) ==
        "65 " + error(R"(timeout: expected a plain whole number, got the text "soon")"));
  CHECK(places.line({"built", "version:=1"}) ==
        "65 " + error(R"(version: expected text, got "1")"));
  CHECK(places.line({"built", "version=1", "ok=true"}) ==
        "64 " + error("\"ok\" is a field; give it as --ok"));
  const std::string help = places.run({"built", "--help"}).out;
  CHECK(help.find("[url=TEXT]\n       [--ok true|false] [label:=JSON]") != std::string::npos);
  CHECK(help.find("\n  version=TEXT      what was built\n") != std::string::npos);
  write_file(places.user / "lines",
             R"({"event":"built","timestamp":1,"version":"1.2","timeout":5,"url":"x"})"
             "\n");
  const Outcome batch = places.run({"batch", places.user / "lines", "-n"});
  CHECK(batch.status == 0);
}

TEST_CASE("a list is given by repeating its flag, and as a whole it is checked") {
  const Places places;
  write_file(
      places.user / "tagged.json",
      R"({"properties": {"tags": {"type": "array", "items": {"type": "string", "maxLength": 3},
                 "minItems": 2, "uniqueItems": true, "description": "some tags"},
                 "n": {"type": "array", "items": {"type": "integer"}, "default": [7]}},
                 "required": ["tags"]})");
  const std::string two = R"({"timestamp":1,"event":"tagged","tags":["b","a,c"],"n":[7]})"
                          "\n";
  CHECK(places.line({"tagged", "--tags", "b", "--tags=a,c"}) == two);
  CHECK(places.line({"tagged", R"(tags:=["b","a,c"])"}) == two);
  CHECK(places.line({"send", "tagged", "tags[]=b", "tags[]=a,c"}) == two);
  CHECK(places.line({"tagged", "--tags", "b", "--n", "1", "--tags", "a,c", "--n", "-2"}) ==
        R"({"timestamp":1,"event":"tagged","tags":["b","a,c"],"n":[1,-2]})"
        "\n");
  CHECK(places.line({"tagged", "--tags", "b", "--tags", "long"}) ==
        "65 " + error(R"(--tags: expected text of at most 3 characters, got "long")"));
  CHECK(places.line({"tagged", "--tags", "b"}) ==
        "65 " + error("--tags: expected at least 2 values, got 1"));
  CHECK(places.line({"tagged", "--tags", "b", "--tags", "b"}) ==
        "65 " + error(R"(--tags: expected different values, got the text "b" twice)"));
  CHECK(places.line({"tagged", "--tags", "b", "--tags", "c", R"(tags:=["a","b"])"}) ==
        "64 " + error("tags and --tags exclude each other; give one"));
  CHECK(places.line({"tagged"}) == "64 " + error("tagged needs --tags TEXT"));
  const std::string help = places.run({"tagged", "--help"}).out;
  CHECK(help.find("tagged --tags TEXT... [--n INTEGER]...") != std::string::npos);
  CHECK(help.find("some tags; a list of at least 2 values") != std::string::npos);
  CHECK(help.find("repeatable") != std::string::npos);
  const Outcome json =
      places.run({"tagged", "--tags", "b", "--tags", "a", "-n", "--output", "json"});
  CHECK(json.out.find(R"("fields_set":["tags"])") != std::string::npos);

  const auto batch = [&places](const std::string& line) {
    write_file(places.user / "lines", line + '\n');
    const Outcome outcome = places.run({"batch", places.user / "lines", "-n"});
    return std::to_string(outcome.status) + ' ' + outcome.err;
  };
  CHECK(batch(R"({"event":"tagged","tags":["a","b"]})") == "0 ");
  CHECK(batch(R"({"event":"tagged","tags":["a","a"]})").starts_with("65 "));
  CHECK(batch(R"({"event":"tagged","tags":["a",5]})").find("tags: /1: expected text") !=
        std::string::npos);
  CHECK(batch(R"({"event":"tagged","tags":"a"})").starts_with("65 "));
}

TEST_CASE("an undeclared field is held to what is declared of all") {
  const Places places;
  write_file(places.user / "sizes.json",
             R"({"properties": {"a": {"type": "integer"}},
                 "additionalProperties": {"anyOf": [{"type": "integer"}, {"type": "null"}]}})");
  const std::string line = R"({"timestamp":1,"event":"sizes","a":1,"b":2,"c":3})"
                           "\n";
  CHECK(places.line({"sizes", "--a", "1", "b=2", "c:=3.0"}) == line);
  CHECK(places.line({"sizes", "c:=null"}) == R"({"timestamp":1,"event":"sizes","c":null})"
                                             "\n");
  CHECK(places.line({"sizes", "b=x"}) ==
        "65 " + error(R"(b: expected a plain whole number, got the text "x")"));
  CHECK(places.line({"sizes", "b[c]:=1"}) ==
        "65 " + error(R"(b: expected a plain whole number, got "{"c":1}")"));
  write_file(places.user / "lines", R"({"event":"sizes","b":2.5})"
                                    "\n");
  CHECK(places.run({"batch", places.user / "lines", "-n"}).status == 65);
}

TEST_CASE("a field without a flag is told from an unknown option") {
  const Places places;
  write_file(
      places.user / "thing.json",
      R"({"properties": {"map": {"type": "object", "additionalProperties": {"type": "integer"}},
                 "größe": {"type": "integer"}, "run-id": {"type": "string"},
                 "run_id": {"type": "string"}}})");
  CHECK(places.line({"thing", "--map", "{}"}) ==
        "64 " + error("\"--map\" is not an option; give the field as map:=JSON"));
  CHECK(places.line({"thing", "--run-id", "x"}) ==
        "64 " + error("\"--run-id\" is not an option; give the field as run-id=TEXT"));
  CHECK(places.line({"thing", "map[a]:=1", "map[b]:=2", "run-id=x", "run_id=y", "größe=5"}) ==
        R"({"timestamp":1,"event":"thing","map":{"a":1,"b":2},"größe":5,"run-id":"x","run_id":"y"})"
        "\n");
  CHECK(places.line({"thing", "map[a]=x"}) ==
        "65 " + error(R"(map: /a: expected a plain whole number, got the text "x")"));
  CHECK(places.line({"thing", "map={\"a\":1}"}) ==
        R"({"timestamp":1,"event":"thing","map":{"a":1}})"
        "\n");
  CHECK(places.line({"thing", "map=x"}).starts_with("65 "));
}

TEST_CASE("a declared timestamp is held to what is declared") {
  const Places places;
  write_file(places.user / "whole.json",
             R"({"properties": {"timestamp": {"type": "integer", "minimum": 1000}}})");
  const auto line = [&places](const Words& more) {
    Words arguments{"whole", "--url", "file:///nonexistent/log", "-n"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = places.run(arguments);
    return std::to_string(outcome.status) + ' ' + outcome.out + outcome.err;
  };
  CHECK(std::regex_match(line({}), std::regex{R"(0 \{"timestamp":\d+,"event":"whole"\}\n)"}));
  CHECK(std::regex_match(line({"--timestamp", "now"}),
                         std::regex{R"(0 \{"timestamp":\d+,"event":"whole"\}\n)"}));
  write_file(places.user / "changed", "");
  CHECK(std::regex_match(line({"--timestamp", "@" + (places.user / "changed").string()}),
                         std::regex{R"(0 \{"timestamp":\d+,"event":"whole"\}\n)"}));
  CHECK(line({"--timestamp", "1970-01-01T01:00:00Z"}) ==
        "0 {\"timestamp\":3600,\"event\":\"whole\"}\n");
  CHECK(
      line({"--timestamp", "1700000000.5"}) ==
      "65 " +
          error(R"(--timestamp: expected a plain whole number, 1000 or more, got "1700000000.5")"));
  CHECK(line({"--timestamp", "999"}) ==
        "65 " + error(R"(--timestamp: expected a plain whole number, 1000 or more, got "999")"));
  const auto batch = [&places](const std::string& text) {
    write_file(places.user / "lines", text + '\n');
    return places.run({"batch", places.user / "lines", "-n"}).status;
  };
  CHECK(batch(R"({"event":"whole","timestamp":1000})") == 0);
  CHECK(batch(R"({"event":"whole","timestamp":1000.5})") == 65);
  CHECK(batch(R"({"event":"whole","timestamp":5})") == 65);
  CHECK(batch(R"({"event":"whole","timestamp":null})") == 0); // it is not required
}

TEST_CASE("what the message on a broken file says to change makes it load") {
  const Places places;
  struct Row {
    std::string schema;
    std::string remedy; // part of the message
    std::string changed{};
    std::string name = "thing";
  };
  const Row rows[]{
      {R"({"properties":{"a":{"minimum":5}}})", "expected a \"type\"",
       R"({"properties":{"a":{"type":"integer","minimum":5}}})"},
      {R"({"properties":{"a":{"type":"sting"}}})", "did you mean \"string\"",
       R"({"properties":{"a":{"type":"string"}}})"},
      {R"({"properties":{"a":{"type":"string","formatMinimum":"5"}}})", "remove it",
       R"({"properties":{"a":{"type":"string"}}})"},
      {R"x({"properties":{"a":{"type":"string","pattern":"^(?!a)"}}})x", "change or remove it",
       R"({"properties":{"a":{"type":"string"}}})"},
      {R"({"properties":{"a":{"$ref":"#/$defs/A","minimum":5}},"$defs":{"A":{"type":"integer"}}})",
       "move it into the schema that \"$ref\" leads to",
       R"({"properties":{"a":{"$ref":"#/$defs/A"}},"$defs":{"A":{"type":"integer","minimum":5}}})"},
      {R"({"properties":{"timestamp":{"type":"string","format":"date-time"}}})",
       "declare it as \"number\" or \"integer\"",
       R"({"properties":{"timestamp":{"type":"number"}}})"},
      {R"({"properties":{"timestamp":{"type":"number","default":0}}})", "remove the default",
       R"({"properties":{"timestamp":{"type":"number"}}})"},
      {R"({"properties":{"event":{"const":"other"}}})", "allow \"thing\" here",
       R"({"properties":{"event":{"enum":["other","thing"]}}})"},
      {R"({"properties":{"event":{"const":"other"}}})", "rename the file to other.json",
       R"({"properties":{"event":{"const":"other"}}})", "other"},
      {R"({"properties":{"-a":{"type":"string"}}})", "rename the property",
       R"({"properties":{"a":{"type":"string"}}})"},
      {R"({"properties":{"a.b":{"type":"string"},"a":{"type":"object","properties":{"b":{"type":"string"}}}}})",
       "rename the property",
       R"({"properties":{"c":{"type":"string"},"a":{"type":"object","properties":{"b":{"type":"string"}}}}})"},
      {R"({"properties":{"a":{"type":"number","multipleOf":0}}})", "expected a number above 0",
       R"({"properties":{"a":{"type":"number","multipleOf":0.1}}})"},
      {R"({"$schema":"http://json-schema.org/draft-03/schema"})",
       "such as \"https://json-schema.org/draft/2020-12/schema\"",
       R"({"$schema":"https://json-schema.org/draft/2020-12/schema"})"},
      {R"({"$schema":"./metrics-event.json"})", "or \"./metrics-event.schema.json\"",
       R"({"$schema":"./metrics-event.schema.json"})"},
      {R"({"properties":{"a":{"type":"string","x-env":"$HOME"}}})", "such as \"GITHUB_SHA\"",
       R"({"properties":{"a":{"type":"string","x-env":"HOME"}}})"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.schema);
    fs::remove(places.user / "thing.json");
    fs::remove(places.user / "other.json");
    write_file(places.user / "thing.json", row.schema);
    const Outcome broken = places.run({"schema", "thing"});
    CHECK(broken.status == 78);
    CHECK(broken.err.find(row.remedy) != std::string::npos);
    fs::remove(places.user / "thing.json");
    write_file(places.user / (row.name + ".json"), row.changed);
    const Outcome changed = places.run({"schema", row.name});
    CHECK(changed.err == "");
    CHECK(changed.status == 0);
  }
}

TEST_CASE("a command is run although the file that declares its event is broken") {
  const Places places;
  write_file(places.user / "broken.json", "{");
  const Outcome outcome =
      places.run({"broken", "--any", "thing", "--", "sh", "-c", "echo ran; exit 3"});
  CHECK(outcome.out == "ran\n");
  CHECK(outcome.status == 3);
  CHECK(outcome.err.find("broken.json") != std::string::npos);
}

TEST_CASE("an event with the name of a command is sent by send, which schema and check say") {
  const Places places;
  const fs::path file = places.user / "batch.json";
  write_file(file, R"({"properties": {"n": {"type": "integer"}, "null": {"type": "boolean"},
                       "version": {"type": "string"}}})");
  CHECK(places.line({"send", "batch", "--n", "1", "--null", "true", "version=2"}) ==
        R"({"timestamp":1,"event":"batch","n":1,"null":true,"version":"2"})"
        "\n");
  write_file(file, R"({"properties": {}})");
  CHECK(places.run({"schema"}).out.find(file.string() + "  only by send\n") != std::string::npos);
  write_file(file, R"({"description": "a batch is done", "properties": {}})");
  CHECK(places.line({"send", "batch"}) == "{\"timestamp\":1,\"event\":\"batch\"}\n");
  CHECK(places.run({"schema"}).out.find(file.string() + "  a batch is done; only by send\n") !=
        std::string::npos);
  CHECK(places.run({"check", "--url", "file:///nonexistent/log"})
            .out.find("batch is declared in " + file.string() +
                      ", but that is the name of a command, so only send sends it\n") !=
        std::string::npos);
}

TEST_CASE("help has a row for every field, also for one that says nothing of itself") {
  const Places places;
  write_file(places.user / "sync.json",
             R"({"properties": {"to": {"type": "string"}}, "required": ["to"]})");
  const std::string help = places.run({"sync", "--help"}).out;
  CHECK(std::regex_search(help, std::regex{R"(\n  --to TEXT +text\n)"}));
}

TEST_CASE("a text where send needs JSON gets the spelling that is meant") {
  const Places places;
  write_file(places.user / "disk-full.json", disk_full);
  const auto said = [&places](const std::string& field) {
    return places.line({"send", "disk-full", "mount=/", field});
  };
  const std::string used = "65 " + error("used: expected a plain number, from 0 to 100, got ");
  const auto refused = [&used](const std::string& words) {
    return used.substr(0, used.size() - 1) + words + '\n';
  };
  CHECK(said("used=97.5") == refused(R"(the text "97.5"; give it as "used:=97.5")"));
  for (const std::string wrong : {"much", "true", "null", "{}", "101", "-1"}) { // as JSON as well
    CHECK(said("used=" + wrong) == refused("the text \"" + wrong + '"'));
  }
  CHECK(said("used:=\"97.5\"") == refused(R"(the text "97.5")"));
  CHECK(places.line({"send", "disk-full", "mount=/", "used:=1", "clean_up[seconds]:=1",
                     "clean_up[code]=3"}) ==
        "65 " + error("clean_up.code: expected a plain whole number, got the text \"3\"; give it "
                      "as \"clean_up[code]:=3\""));
  CHECK(places.line({"send", "disk-full", "mount=1", "used:=1"}).find("give it") ==
        std::string::npos);
}

TEST_CASE("what is declared in the place of a FIFO or a locked directory is not waited for") {
  const Places places;
  REQUIRE(mkfifo((places.user / "fifo.json").c_str(), 0600) == 0);
  CHECK(places.run({"fifo", "-n"}).status == 78);
  CHECK(places.line({"send", "anything"}) == "{\"timestamp\":1,\"event\":\"anything\"}\n");
}

TEST_CASE(
    "classes equal to the operator's, as pydantic writes them, give the lines of the built-ins") {
  const Places places;
  const std::string python = "/usr/bin/python3";
  if (run(python, {.arguments = {"-c", "import pydantic"}}).status != 0) {
    MESSAGE("SKIPPED: no pydantic here");
    return;
  }
  struct Row {
    const char* of_class;
    const char* event;
    Words fields;
  };
  const Row rows[]{
      {"RunnerInstalled", "runner-installed", {"--flavor", "small", "--duration", "12.50"}},
      {"RunnerStart",
       "runner-start",
       {"--flavor", "small", "--workflow", "w", "--repo", "a/b", "--github-event", "push", "--idle",
        "3", "--queue-duration", "0.25"}},
      {"RunnerStop",
       "runner-stop",
       {"--flavor", "small", "--workflow", "w", "--repo", "a/b", "--github-event", "push",
        "--status", "abnormal", "--status-info-code", "403", "--job-duration", "1e3",
        "--job-conclusion", "failure"}},
      {"RunnerStop",
       "runner-stop",
       {"--flavor", "small", "--workflow", "w", "--repo", "a/b", "--github-event", "push",
        "--status", "normal", "--job-duration", "60"}},
      {"Reconciliation",
       "reconciliation",
       {"--flavor", "small", "--crashed-runners", "0", "--idle-runners", "2", "--active-runners",
        "3", "--expected-runners", "5", "--duration", "1.5"}}};
  for (const Row& row : rows) {
    CAPTURE(row.of_class);
    Words arguments{row.event};
    arguments.insert(arguments.end(), row.fields.begin(), row.fields.end());
    const std::string built_in = places.line(arguments);
    const Outcome schema =
        run(python,
            {.arguments = {source_directory + "/tests/support/operator_events.py", row.of_class}});
    REQUIRE(schema.status == 0);
    const fs::path file = places.user / (std::string{row.event} + ".json");
    write_file(file, schema.out);
    CHECK(places.run({"schema"}).out.find(file) != std::string::npos);
    CHECK(places.line(arguments) == built_in);
    CHECK(built_in.starts_with("{\"timestamp\":1,\"event\":\""));
    fs::remove(file);
  }
}

TEST_SUITE_END();
