#include "cli/command_line.hpp"

#include "commands/table.hpp"
#include "event/catalogue.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace metrics_event;

namespace {

using Words = std::vector<std::string>;

const EventTypes types{built_in_events()};

CommandLine parse(const Words& words) {
  return parse_command_line(words, types, all_commands(),
                            [](const std::string&) { return std::nullopt; });
}

std::string trouble(const Words& words) {
  const CommandLine line = parse(words);
  return line.trouble ? line.trouble->text() : "none";
}

// "name=value" of each setting given, in the order of the table.
Words settings(const Words& words) {
  Words given;
  const CommandLine line = parse(words);
  for (const GivenSetting& setting : line.settings) {
    given.push_back(std::string{setting.setting->name} + '=' + setting.text);
  }
  return given;
}

Words fields(const Words& words) {
  Words given;
  const CommandLine line = parse(words);
  for (const FieldText& field : line.event.fields) {
    given.push_back(std::string{field.field->name} + '=' + field.text);
  }
  return given;
}

} // namespace

TEST_SUITE_BEGIN("cli");

TEST_CASE("an event and its fields are understood") {
  const CommandLine line = parse({"runner-installed", "--flavor", "small", "--duration=12.5"});
  CHECK_FALSE(line.trouble);
  CHECK(line.event.type->name == "runner_installed");
  CHECK(fields({"runner-installed", "--flavor", "small", "--duration=12.5"}) ==
        Words{"flavor=small", "duration=12.5"});
  CHECK(fields({"runner_installed", "--duration", "1"}) == Words{"duration=1"});
  CHECK(fields({"runner-stop", "--status-info-code", "3", "--timestamp", "1"}) ==
        Words{"timestamp=1", "status_info.code=3"});
}

TEST_CASE("values are taken as they are") {
  CHECK(fields({"runner-installed", "--duration", "-1", "--flavor", "--weird"}) ==
        Words{"flavor=--weird", "duration=-1"});
  CHECK(fields({"runner-installed", "--flavor", "runner-start"}) == Words{"flavor=runner-start"});
  CHECK(fields({"runner-installed", "--flavor", "[a,b]"}) == Words{"flavor=[a,b]"});
  CHECK(fields({"runner-installed", "--flavor=a=b"}) == Words{"flavor=a=b"});
  CHECK(fields({"runner-installed", "--flavor", ""}) == Words{"flavor="});
  CHECK(fields({"runner-installed", "--flavor=", "--duration", "1"}) ==
        Words{"flavor=", "duration=1"});
  CHECK(fields({"runner-installed", "--flavor=--duration", "--duration", "1"}) ==
        Words{"flavor=--duration", "duration=1"});
  CHECK(fields({"runner-installed", "--flavor=--", "--duration", "1"}) ==
        Words{"flavor=--", "duration=1"});
  CHECK(fields({"runner-installed", "--flavor", "{}\n%\\"}) == Words{"flavor={}\n%\\"});
}

TEST_CASE("behind an equals sign, any text is a value") {
  for (const std::string text :
       {"--dry-run", "--flavor", "--flavor=x", "-n",     "-nq",  "-",     "--", "",
        "=",         "\"a b\"",  "'a'",        "`a`",    "$(a)", "[a,b]", "[]", "{}",
        "%%",        "a,b",      "\n",         "a\nb\n", " ",    "@file", "/",  "send"}) {
    CAPTURE(text);
    const CommandLine line = parse({"runner-installed", "--flavor=" + text, "--duration=1"});
    CHECK_FALSE(line.trouble);
    CHECK(line.settings.empty());
    REQUIRE(line.event.fields.size() == 2);
    CHECK(line.event.fields[0].text == text);
  }
}

TEST_CASE("options are accepted before and after the event") {
  const Words expected{"timeout=1s", "dry-run=true", "quiet=true"};
  CHECK(settings({"-n", "--timeout", "1s", "-q", "runner-installed"}) == expected);
  CHECK(settings({"runner-installed", "-qn", "--timeout=1s"}) == expected);
  CHECK(settings({"--dry-run", "runner-installed", "--timeout", "1s", "--flavor", "x",
                  "--quiet"}) == expected);
  CHECK(settings({"--best-effort=false", "listen"}) == Words{"best-effort=false"});
  CHECK(settings({"--label", "a=1", "listen", "--label=b=2,3"}) ==
        Words{"label=a=1", "label=b=2,3"});
}

TEST_CASE("a command and its options are understood") {
  const CommandLine line = parse({"listen", "--port", "0", "--count=3"});
  CHECK_FALSE(line.trouble);
  REQUIRE(line.command != nullptr);
  CHECK(line.command->name == "listen");
  CHECK(line.options.text("port") == "0");
  CHECK(line.options.text("count") == "3");
  CHECK(line.options.text("address") == "127.0.0.1"); // the default
  CHECK_FALSE(line.options.given("address"));
  CHECK_THROWS_AS(line.options.text("no-such-option"), std::out_of_range);
}

TEST_CASE("help and version are answered whatever else is there") {
  const auto topic = [](const Words& words) {
    const CommandLine line = parse(words);
    CHECK((line.info == CommandLine::Info::help || line.info == CommandLine::Info::short_help));
    CHECK(line.command == nullptr);
    return line.topic;
  };
  CHECK(parse({"-h"}).info == CommandLine::Info::short_help);
  CHECK(parse({"-qh"}).info == CommandLine::Info::short_help);
  CHECK(parse({"-h", "--help"}).info == CommandLine::Info::help);
  CHECK(parse({"--help", "-h"}).info == CommandLine::Info::help);
  CHECK(topic({"--help"}).empty());
  CHECK(topic({"runner-stop", "-h"}) == "runner_stop");
  CHECK(topic({"--help", "listen", "--nonsense"}) == "listen");
  CHECK(topic({"send", "runner-stop", "--help"}) == "send");
  CHECK(topic({"--version", "--help"}).empty());
  CHECK(parse({"--version"}).info == CommandLine::Info::program_version);
  CHECK(parse({"runner-stop", "-V"}).info == CommandLine::Info::program_version);
  CHECK(trouble({"--help", "--nonsense"}) == "none");
  CHECK(trouble({"runner-instaled", "--help"}) ==
        R"(unknown event or command "runner-instaled", did you mean "runner-installed"?)");
}

TEST_CASE("what is unknown is named, with what was probably meant") {
  CHECK(trouble({}) == "an event or command is missing; see metrics-event --help");
  CHECK(trouble({"--quiet"}) == "an event or command is missing; see metrics-event --help");
  CHECK(trouble({"runner-instaled"}) ==
        R"(unknown event or command "runner-instaled", did you mean "runner-installed"?)");
  CHECK(trouble({"lisen"}) == R"(unknown event or command "lisen", did you mean "listen"?)");
  CHECK(trouble({"xyzzy", "--flavor", "x"}) ==
        R"(unknown event or command "xyzzy"; see metrics-event --help)");
  CHECK(trouble({""}) == R"(unknown event or command ""; see metrics-event --help)");
  CHECK(trouble({"runner-installed", "--flavour", "x"}) ==
        R"(unknown option "--flavour", did you mean "--flavor"?)");
  CHECK(trouble({"runner-installed", "--flavour=x"}) ==
        R"(unknown option "--flavour", did you mean "--flavor"?)");
  CHECK(trouble({"--timeuot", "1s", "listen"}) ==
        R"(unknown option "--timeuot", did you mean "--timeout"?)");
  CHECK(trouble({"--flavor", "small", "runner-installed"}) ==
        R"(unknown option "--flavor"; see metrics-event --help)");
  CHECK(trouble({"runner-installed", "--xyzzy"}) ==
        R"(unknown option "--xyzzy"; undeclared fields are written xyzzy=VALUE)");
  CHECK(trouble({"send", "my-event", "--build-id=1"}) ==
        R"(unknown option "--build-id"; undeclared fields are written build_id=VALUE)");
  CHECK(trouble({"send", "my-event", "--a[b=1"}) ==
        R"(unknown option "--a[b"; see metrics-event send --help)");
  CHECK(trouble({"runner-installed", "-x"}) == R"(unknown option "-x"; use --proxy URL)");
  CHECK(trouble({"listen", "--flavor", "x"}) ==
        R"(unknown option "--flavor"; see metrics-event listen --help)");
}

TEST_CASE("a value that needs an equals sign is recognised without it") {
  CHECK(trouble({"runner-installed", "--spool", "mydir", "--flavor", "x"}) ==
        R"(unexpected argument "mydir", did you mean --spool=./mydir?)");
  CHECK(trouble({"--spool", "mydir", "runner-installed"}) ==
        R"(unknown event or command "mydir", did you mean --spool=./mydir?)");
  CHECK(trouble({"flush", "--spool", "true"}) ==
        R"(unexpected argument "true", did you mean --spool=true?)");
  CHECK(trouble({"runner-installed", "--spool", "--flavor", "x", "mydir"}) ==
        R"(unexpected argument "mydir"; see metrics-event runner-installed --help)");
}

TEST_CASE("each name that an abbreviation may stand for is suggested") {
  CHECK(trouble({"runner"}) ==
        R"(unknown event or command "runner", did you mean "runner-installed", "runner-start" or )"
        R"("runner-stop"?)");
  CHECK(trouble({"installed"}) ==
        R"(unknown event or command "installed", did you mean "runner-installed"?)");
}

TEST_CASE("of an unknown option, what may be its value is not shown") {
  CHECK(trouble({"runner-installed", "-psecret"}) ==
        R"(unknown option "-p"; see metrics-event runner-installed --help)");
  CHECK(trouble({"runner-installed", "-nuuser:secret"}) ==
        R"(unknown option "-u"; use --username NAME with --password-file FILE)");
  CHECK(trouble({"send", "--bearer-token", "secret/", "x"}) ==
        R"("--bearer-token" is not an option, because everybody could see the secret; use )"
        "METRICS_EVENT_BEARER_TOKEN or --bearer-token-file");
  CHECK(trouble({"send", "--token", "secret/", "x"}).find("secret") == std::string::npos);
  CHECK(trouble({"send", "x", "--username", "--header=X-Key: secret"}) ==
        R"(--username needs a value; write "--username=--header=…" if it is meant)");
  CHECK(trouble({"send", "x", "https://user:secret@example.com/?a=b"}) ==
        R"(unexpected argument "https://…@example.com/?a=…"; see metrics-event send --help)");
}

TEST_CASE("short flags are known one by one") {
  CHECK(trouble({"runner-installed", "-nz"}) ==
        R"(unknown option "-z"; see metrics-event runner-installed --help)");
  CHECK(trouble({"runner-installed", "-n5"}) ==
        R"(unknown option "-5"; see metrics-event runner-installed --help)");
  CHECK(trouble({"runner-installed", "-q=1"}) ==
        R"(unknown option "-q"; see metrics-event runner-installed --help)");
}

TEST_CASE("the last of some short flags may take a value") {
  for (const Words& words : {Words{"-o", "json"}, Words{"-ojson"}, Words{"-o=json"}}) {
    CHECK(settings({"send", "x", words.front(), words.back()}).front() == "output=json");
    CHECK(settings({words.front(), words.back(), "send", "x"}).front() == "output=json");
  }
  CHECK(settings({"-nqo", "json", "send", "x"}) ==
        Words{"dry-run=true", "output=json", "quiet=true"});
  CHECK(trouble({"send", "x", "-no"}) == "--output needs a value; see metrics-event send --help");
  CHECK(trouble({"send", "x", "-o", "-n"}) ==
        R"(--output needs a value; write "--output=-n" if it is meant)");
}

TEST_CASE("the flags of other programs are answered with ours") {
  const std::pair<std::string, std::string> habits[]{
      {"--tenant", "--org-id TENANT"},
      {"--token", "--bearer-token-file FILE or METRICS_EVENT_BEARER_TOKEN"},
      {"-k", "--ca-cert FILE, or --tls-skip-verify"},
      {"--insecure", "--ca-cert FILE, or --tls-skip-verify"},
      {"-H", "--header 'NAME: VALUE'"},
      {"-u", "--username NAME with --password-file FILE"},
      {"--retry", "--retries N"},
      {"--max-time", "--timeout DURATION"},
      {"--endpoint", "--url URL"},
      {"--silent", "--quiet"},
      {"--json", "--output json"},
      {"--format", "--output text|json"},
  };
  for (const auto& habit : habits) {
    const std::string answer = "unknown option \"" + habit.first + "\"; use " + habit.second;
    CHECK(trouble({habit.first, "x", "send", "y"}) == answer);
    CHECK(trouble({"send", "y", habit.first + "=x"}) == answer);
    CHECK(trouble({"runner-installed", habit.first}) == answer);
  }
}

TEST_CASE("every command accepts --quiet, and no flag that it does not use") {
  for (const Command& command : all_commands()) {
    CAPTURE(command.name);
    Words words{std::string{command.name}, "-q"};
    if (command.operand.is_required) {
      words.insert(words.begin() + 1, "x");
    }
    CHECK(trouble(words) == "none");
    const bool can_be_dry =
        command.name == "send" || command.name == "batch" || command.name == "flush";
    words.back() = "--dry-run";
    CHECK((trouble(words) == "none") == can_be_dry);
    words.back() = "--on=always";
    CHECK(trouble(words).find("--on has no effect ") == 0);
  }
}

TEST_CASE("what is too much is named") {
  CHECK(trouble({"runner-installed", "--flavor", "x", "++"}) ==
        R"(unexpected argument "++"; see metrics-event runner-installed --help)");
  CHECK(trouble({"runner-installed", "small"}) ==
        R"(unexpected argument "small"; see metrics-event runner-installed --help)");
  CHECK(trouble({"runner-installed", "runner-installed"}) ==
        R"(unexpected argument "runner-installed"; see metrics-event runner-installed --help)");
  CHECK(trouble({"runner-installed", "listen"}) ==
        R"(unexpected argument "listen"; see metrics-event runner-installed --help)");
  CHECK(trouble({"flush", "now"}) ==
        R"(unexpected argument "now"; see metrics-event flush --help)");
  CHECK(trouble({"schema", "one", "two"}) ==
        R"(unexpected argument "two"; see metrics-event schema --help)");
  CHECK(trouble({"batch", "one", "two", "three"}) ==
        R"(batch takes one FILE; leave "two" out or give --resume)");
  CHECK(trouble({"batch", "one", "two", "--resume=false"}) ==
        R"(batch takes one FILE; leave "two" out or give --resume)");
  CHECK(trouble({"batch", "one", "two", "--resume=x"}) ==
        R"(--resume: expected true or false, got "x")");
  CHECK(trouble({"flush", "--", "true"}) ==
        R"(unexpected argument "--"; see metrics-event flush --help)");
}

TEST_CASE("an option of a command may allow several operands") {
  const CommandLine line = parse({"batch", "one", "--resume", "two", "three"});
  CHECK_FALSE(line.trouble);
  CHECK(line.operand == "one");
  CHECK(line.more_operands == Words{"two", "three"});
  CHECK(line.command->synopsis() == " [FILE]...");
}

TEST_CASE("the name of an event is understood in each of its spellings") {
  for (const char* name : {"runner-installed", "runner_installed", "RunnerInstalled"}) {
    CAPTURE(name);
    const CommandLine line = parse({name, "--flavor", "x", "--duration", "1"});
    CHECK_FALSE(line.trouble);
    CHECK(line.event.type->name == "runner_installed");
  }
  const CommandLine sent = parse({"send", "HTTPError"});
  CHECK(sent.event.type->name == "h_t_t_p_error");
  CHECK(trouble({"send"}) == "send needs NAME; see metrics-event send --help");
  CHECK(trouble({"send", "two words"}) ==
        R"(send: expected the name of an event such as disk-full, got "two words")");
  CHECK(trouble({"send", "1x"}) ==
        R"(send: expected the name of an event such as disk-full, got "1x")");
}

TEST_CASE("extra fields are understood, and what is wrong with their keys is found") {
  const CommandLine line =
      parse({"runner-installed", "--flavor", "x", "a=1", "--duration", "1", "b[c]:=2"});
  CHECK_FALSE(line.trouble);
  const EventArguments& send = line.event;
  REQUIRE(send.extras.size() == 2);
  CHECK(key_of(send.extras[0]) == "a");
  CHECK(send.extras[0].text == "1");
  CHECK(key_of(send.extras[1]) == "b[c]");
  const auto installed = [](const Words& more) {
    Words words{"runner-installed", "--flavor", "x", "--duration", "1"};
    words.insert(words.end(), more.begin(), more.end());
    return trouble(words);
  };
  CHECK(installed({"flavor=y"}) == R"("flavor" is a field; give it as --flavor)");
  CHECK(installed({"timestamp=1"}) == R"("timestamp" is a field; give it as --timestamp)");
  CHECK(installed({"event=x"}) == R"("event" is always the name of the event; leave it out)");
  CHECK(installed({"a=1", "a=2"}) == R"("a" is given twice; give it once)");
  CHECK(installed({"=1"}) == R"(the key is missing in "=1"; expected KEY=TEXT or KEY:=JSON)");
  CHECK(installed({"http://user:password@example.com/?a=b"}).find("password") == std::string::npos);
  CHECK(trouble({"runner-stop", "status_info[code]:=1"}) ==
        R"("status_info.code" is a field; give it as --status-info-code)");
  CHECK(trouble({"send", "x", "event=1"}) ==
        R"("event" is always the name of the event; leave it out)");
  CHECK(trouble({"send", "x", "event[a]=1"}) ==
        R"("event" is always the name of the event; leave it out)");
  CHECK(trouble({"send", "x", "timestamp=1"}) ==
        R"("timestamp" is a field; give it as --timestamp)");
  const Words stop{"send",   "runner-stop",    "flavor=x", "workflow=x",
                   "repo=x", "github_event=x", "status=x", "job_duration:=1"};
  const auto with = [&stop](const std::string& word) {
    Words words = stop;
    words.push_back(word);
    return trouble(words);
  };
  CHECK(with(R"(status_info:={"code":3})") == "none");
  CHECK(with("status_info:=null") == "none");
  CHECK(with("status_info:=@file") == "none");
  CHECK(with("status_info:=3") ==
        R"("status_info" is not as declared, expected "status_info.code")");
  CHECK(with("status_info.code:=3") ==
        R"("status_info.code" is not as declared, expected "status_info.code")");
  CHECK(trouble({"send", "runner-installed", "flavor=x"}) == "runner-installed needs duration");
  CHECK(trouble({"send", "runner-installed", "flavor=x", "duration:=1", "--flavor", "y"}) ==
        "flavor and --flavor exclude each other; give one");
}

TEST_CASE("a command is what follows the dashes, whatever it looks like") {
  const CommandLine line =
      parse({"runner-installed", "--flavor", "x", "--", "--flavor", "--", "a=b", ""});
  CHECK_FALSE(line.trouble);
  CHECK(line.wrapped == Words{"--flavor", "--", "a=b", ""});
  CHECK(trouble({"runner-installed", "--flavor", "x", "--duration", "1", "--"}) ==
        R"(the command after "--" is missing)");
  CHECK(trouble({"runner-installed", "--", "true"}) == "runner-installed needs --flavor TEXT");
  CHECK(trouble({"runner-installed", "--flavor", "x", "--duration", "1", "--on", "always"}) ==
        "--on has no effect without -- COMMAND; leave it out");
  CHECK(trouble({"runner-installed", "--flavor", "x", "--on", "always", "--", "true"}) == "none");
  CHECK(trouble({"--", "true"}) == "an event or command is missing; see metrics-event --help");
}

TEST_CASE("operands and short options of commands are understood") {
  const CommandLine line = parse({"batch", "-0", "--skip-invalid", "file"});
  CHECK_FALSE(line.trouble);
  CHECK(line.operand == "file");
  CHECK(line.options.is_on("null"));
  CHECK(line.options.is_on("skip-invalid"));
  const CommandLine from_stdin = parse({"batch", "-"});
  CHECK(from_stdin.operand == "-");
  const CommandLine alone = parse({"batch"});
  CHECK_FALSE(alone.operand);
  CHECK_FALSE(alone.options.is_on("null"));
  CHECK(trouble({"completion"}).starts_with("completion needs SHELL; see"));
  CHECK(trouble({"flush", "-0"}) == R"(unknown option "-0"; see metrics-event flush --help)");
}

TEST_CASE("a field in seconds can be given by a time") {
  const CommandLine line =
      parse({"runner-installed", "--flavor", "x", "--duration-since", "@file"});
  CHECK_FALSE(line.trouble);
  const auto& given = line.event.fields;
  REQUIRE(given.size() == 2);
  CHECK(given[1].form == GivenField::Form::since);
  CHECK(given[1].text == "@file");
  CHECK(trouble({"runner-installed", "--flavor", "x", "--duration-since", "1", "--duration",
                 "1"}) == "--duration and --duration-since exclude each other; give one");
  CHECK(trouble({"reconciliation", "--idle-runners-since", "1"}) ==
        R"(unknown option "--idle-runners-since", did you mean "--idle-runners"?)");
}

TEST_CASE("a value that is missing is named, also when the next option stands in its place") {
  CHECK(trouble({"runner-installed", "--flavor"}) ==
        "--flavor needs a value; see metrics-event runner-installed --help");
  CHECK(trouble({"--timeout"}) == "--timeout needs a value; see metrics-event --help");
  CHECK(trouble({"runner-installed", "--flavor", "--duration", "5"}) ==
        R"(--flavor needs a value; write "--flavor=--duration" if it is meant)");
  CHECK(trouble({"runner-installed", "--flavor", "--dry-run"}) ==
        R"(--flavor needs a value; write "--flavor=--dry-run" if it is meant)");
  CHECK(trouble({"runner-installed", "--flavor", "-q"}) ==
        R"(--flavor needs a value; write "--flavor=-q" if it is meant)");
  CHECK(trouble({"runner-installed", "--flavor", "--duration", "--dry-run"}) ==
        R"(--flavor needs a value; write "--flavor=--duration" if it is meant)");
  CHECK(trouble({"runner-installed", "--flavor", "--duration"}) ==
        R"(--flavor needs a value; write "--flavor=--duration" if it is meant)");
  CHECK(trouble({"runner-installed", "--flavor", "--"}) ==
        R"(--flavor needs a value; write "--flavor=--" if it is meant)");
}

TEST_CASE("a toggle given an empty value is not on") {
  CHECK(trouble({"runner-installed", "--disabled="}) ==
        "--disabled needs a value; see metrics-event runner-installed --help");
}

TEST_CASE("what CLI11 would take otherwise is taken as a table says") {
  const std::pair<Words, Words> rows[]{
      {{"send", "x", "--timestamp", "1"}, {"timestamp=1"}},
      {{"runner-start", "--idle", "-1"}, {"idle=-1"}},
      {{"runner-start", "--idle=-1"}, {"idle=-1"}},
      {{"runner-installed", "--flavor", "[a,b]"}, {"flavor=[a,b]"}},
      {{"runner-installed", "--flavor", "a", "--flavor", "b"}, {"flavor=a", "flavor=b"}},
      {{"runner-installed", "--flavor="}, {"flavor="}},
      {{"runner-installed", "--flavor", "%", "--", "--duration", "1"}, {"flavor=%"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first);
    CHECK(fields(row.first) == row.second);
  }
  CHECK(settings({"listen", "--spool=false"}) == Words{"spool=false"});
  CHECK(settings({"--spool", "/var/x", "runner-installed"}) == Words{"spool=/var/x"});
  CHECK(settings({"--spool", "runner-installed"}) == Words{"spool=true"});
  CHECK(settings({"--dry-run=maybe", "runner-installed"}) == Words{"dry-run=maybe"});
  CHECK(settings({"send", "check", "-n"}) == Words{"dry-run=true"});
  CHECK(parse({"send", "check"}).event.type->name == "check");
  CHECK(trouble({"send", "send", "send"}) ==
        R"(unexpected argument "send"; see metrics-event send --help)");
  CHECK(trouble({"runner-installed", "--label", "a", "b"}) ==
        R"(unexpected argument "b"; see metrics-event runner-installed --help)");
  CHECK(parse({"send", "x", "--", "a", "--", "b"}).wrapped == Words{"a", "--", "b"});
}

TEST_CASE("a setting that a command does not heed is refused") {
  CHECK(trouble({"--dry-run", "listen"}) == "--dry-run has no effect on listen; leave it out");
  CHECK(trouble({"listen", "--url", "http://example.com"}) ==
        "--url has no effect on listen; leave it out");
  CHECK(trouble({"listen", "--timeout", "1s", "--output", "json", "-v"}) == "none");
}

TEST_CASE("best effort excuses an outage and never a mistake, and only where events are sent") {
  const Words excusing{"batch", "flush", "send"};
  for (const Command& command : all_commands()) {
    const bool is_excusing = std::ranges::find(excusing, command.name) != excusing.end();
    for (const ExitCodeRow& row : exit_code_table()) {
      CAPTURE(command.name);
      CAPTURE(row.name);
      const int number = static_cast<int>(row.code);
      CHECK(command.excusable.contains(row.code) == (is_excusing && number >= 65 && number <= 77));
    }
  }
}

TEST_CASE("settings survive trouble, because they say how to report it") {
  CHECK(settings({"runner-installed", "--nonsense", "--output", "json"}) == Words{"output=json"});
  CHECK(settings({"--output=json", "xyzzy"}) == Words{"output=json"});
  CHECK(settings({"runner-installed", "--output", "json", "--flavor"}) == Words{"output=json"});
  CHECK(settings({"xyzzy", "--output=json", "--", "--quiet"}) == Words{"output=json"});
}

TEST_SUITE_END();
