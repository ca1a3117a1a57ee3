// What `-- COMMAND` does to COMMAND, which is nothing, and to the event: by the real program.

#include "support/man_page.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/pushed.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iomanip>
#include <regex>
#include <sstream>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

const Behaviour accept{.reply = http_reply(204, "No Content")};

std::string at(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

const Words installed{"runner-installed", "--flavor", "small"};
const Words stopped{"runner-stop", "--flavor", "small",          "--workflow", "w",
                    "--repo",      "r/r",      "--github-event", "push"};

Words shell(const std::string& script, const Words& arguments = {}) {
  return Words{"/bin/sh", "-c", script} + arguments;
}

// `EVENT -- COMMAND`
Invocation wrapped(const Words& event, const Words& command, const Variables& more = {}) {
  Variables variables{
      one_attempt, {"METRICS_EVENT_CONFIG", "none"}, {"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  for (const auto& [name, value] : more) {
    variables[name] = value;
  }
  return {.arguments = event + Words{"--"} + command, .environment = variables};
}

// The same, as COMMAND would be run without us.
Invocation direct(const Words& command) {
  Invocation invocation = wrapped({}, {});
  invocation.arguments = {"-c", "exec \"$@\"", "sh"};
  invocation.arguments = invocation.arguments + command;
  return invocation;
}

// With what differs from run to run as N.
std::string without_numbers(const std::string& json) {
  static const std::regex numbers{R"re("(timestamp|duration|job_duration)":[0-9]+(\.[0-9]+)?)re"};
  return std::regex_replace(json, numbers, "\"$1\":N");
}

// A member of the result object, up to the one that follows it.
std::string member(const std::string& object, const std::string& name, const std::string& next) {
  const std::size_t begin = object.find("\"" + name + "\":");
  const std::size_t end = object.find(",\"" + next + "\":", begin);
  REQUIRE(end != std::string::npos);
  return object.substr(begin + name.size() + 3, end - begin - name.size() - 3);
}

double number(const std::string& json, const std::string& name) {
  const std::size_t begin = json.find("\"" + name + "\":");
  REQUIRE(begin != std::string::npos);
  return std::stod(json.substr(begin + name.size() + 3));
}

// The event that would be sent, and which of its fields were measured.
std::pair<std::string, std::string> measured(const Words& event, const std::string& script) {
  const Outcome outcome = run(
      program, wrapped(event + Words{"-n", "--output", "json", "--on", "always"}, shell(script)));
  CHECK(outcome.err.empty());
  return {without_numbers(member(outcome.out, "event", "labels")),
          member(outcome.out, "computed_fields", "extra")};
}

std::size_t waiting_in(const fs::path& spool) {
  const fs::path box = spool / "new";
  return fs::exists(box) ? static_cast<std::size_t>(
                               std::distance(fs::directory_iterator{box}, fs::directory_iterator{}))
                         : 0;
}

// A way in which COMMAND ends; its name is a row of the man page.
struct Ending {
  std::string name;
  std::string shown;
  Words command;
  RawEnd end;
  bool is_run = true;
};

// What happens to the event, and where; its name is a row of the man page.
struct Surroundings {
  RawServer up{{accept}};
  RawServer silent{{{.then_close = false}}};
  ClosedPort closed;
  TemporaryDirectory directory;

  std::string path(const std::string& name) const { return directory.path() / name; }
};

struct Trouble {
  std::string name;
  std::string event; // what becomes of it
  std::string said;  // how that begins on stderr, if it is said
  std::function<Invocation(const Surroundings&, const Words& command)> invocation;
};

Trouble at_url(const std::string& name, const std::string& event, const std::string& said,
               std::uint16_t (*port)(const Surroundings&), const Words& more = {},
               const Variables& variables = {}) {
  return {name, event, said, [=](const Surroundings& around, const Words& command) {
            Words words = installed + Words{"--url", at(port(around))} + more;
            std::ranges::replace(words, "--spool=", "--spool=" + around.path("spool"));
            return wrapped(words, command, variables);
          }};
}

std::uint16_t up(const Surroundings& around) {
  return around.up.port();
}
std::uint16_t silent(const Surroundings& around) {
  return around.silent.port();
}
std::uint16_t closed(const Surroundings& around) {
  return around.closed.port();
}

const std::vector<Trouble> troubles{
    at_url("the receiver takes it", "sent", "", up),
    at_url("the connection is refused", "lost", "error: cannot deliver runner_installed to ",
           closed),
    at_url("the same, with --best-effort", "lost", "warning: cannot deliver runner_installed to ",
           closed, {"--best-effort"}),
    at_url("the same, with --spool", "kept", "warning: kept in the spool ", closed, {"--spool="}),
    at_url("the spool is full", "lost", "error: the spool ", closed, {"--spool="},
           {{"METRICS_EVENT_SPOOL_MAX_BYTES", "1"}}),
    at_url("there is no answer in time", "lost", "error: cannot deliver runner_installed to ",
           silent, {}, {{"METRICS_EVENT_TIMEOUT", "300ms"}}),
    at_url("the value of a field is bad", "lost", "error: --duration: expected ", up,
           {"--duration", "long"}),
    {"a variable of the environment is bad", "lost", "error: METRICS_EVENT_URL: ",
     [](const Surroundings&, const Words& command) {
       return wrapped(installed, command, {{"METRICS_EVENT_URL", "ftp://127.0.0.1"}});
     }},
    {"a configuration file is bad", "lost", "error: ",
     [](const Surroundings& around, const Words& command) {
       write_file(around.path("bad.toml"), "url = [\n");
       return wrapped(installed + Words{"--url", at(around.up.port())}, command,
                      {{"METRICS_EVENT_CONFIG", around.path("bad.toml")}});
     }},
    {"the file that declares it is bad", "lost", "error: ",
     [](const Surroundings& around, const Words& command) {
       write_file(around.path("disk-full.json"), "{");
       return wrapped({"disk-full", "--free", "5", "--url", at(around.up.port())}, command,
                      {{"METRICS_EVENT_EVENTS", around.directory.path()}});
     }},
};

// Of a directory with files that cannot be executed.
std::vector<Ending> endings(const fs::path& directory) {
  write_file(directory / "no-x", "#!/bin/sh\n");
  write_file(directory / "no-interpreter", "#!/nonexistent/sh\n");
  std::string elf = read_file("/bin/true");
  const std::size_t loader = elf.find("/lib");
  REQUIRE(loader != std::string::npos);
  write_file(directory / "no-loader", elf.replace(loader, 4, "/bil"));
  fs::permissions(directory / "no-interpreter", fs::perms::owner_all);
  fs::permissions(directory / "no-loader", fs::perms::owner_all);
  const auto signal = [](const std::string& name) {
    return shell("ulimit -c 0; kill -" + name + " $$");
  };
  return {
      {"it exits with n", "exit 0", shell("exit 0"), {}},
      {"it exits with n", "exit 1", shell("exit 1"), {.status = 1}},
      {"it exits with n", "exit 255", shell("exit 255"), {.status = 255}},
      {"signal n ends it", "TERM", signal("TERM"), {.signal = SIGTERM}},
      {"signal n ends it", "KILL", signal("KILL"), {.signal = SIGKILL}},
      {"signal n ends it", "SEGV", signal("SEGV"), {.signal = SIGSEGV}},
      {"it is not found", "not found", {"nonesuch"}, {.status = 127}, false},
      {"it is not found", "no path", {directory / "no/such"}, {.status = 127}, false},
      {"it cannot be executed", "no x bit", {directory / "no-x"}, {.status = 126}, false},
      {"it cannot be executed", "directory", {directory}, {.status = 126}, false},
      {"it cannot be executed", "no #!", {directory / "no-interpreter"}, {.status = 126}, false},
      {"it cannot be executed", "no loader", {directory / "no-loader"}, {.status = 126}, false}};
}

std::string row_of(const Ending& ending) {
  return ending.name + ": " +
         (ending.name == "it exits with n"    ? "n"
          : ending.name == "signal n ends it" ? "128+n, by that signal"
                                              : std::to_string(ending.end.status));
}

} // namespace

TEST_SUITE_BEGIN("wrapper");

TEST_CASE("COMMAND's end is ours, whatever becomes of the event, which is said") {
  std::ostringstream table;
  table << std::left << std::setw(38) << "status, event, overhead in ms";
  const TemporaryDirectory files;
  const std::vector<Ending> all = endings(files.path());
  for (const Ending& ending : all) {
    table << std::setw(18) << ending.shown;
  }
  for (const Trouble& trouble : troubles) {
    CAPTURE(trouble.name);
    table << '\n' << std::setw(38) << trouble.name;
    for (const Ending& ending : all) {
      CAPTURE(ending.shown);
      const Surroundings around;
      Invocation invocation = trouble.invocation(around, ending.command);
      invocation.environment["METRICS_EVENT_ON"] = "always";
      Background running{plain_program, invocation};
      const RawEnd end = await_end(running.pid());
      const Outcome outcome = running.wait(20s);
      CHECK((end == ending.end));
      const bool sent = around.up.requests().size() == 1;
      const std::string event = sent                                    ? "sent"
                                : waiting_in(around.path("spool")) == 1 ? "kept"
                                                                        : "lost";
      CHECK(event == trouble.event);
      std::string said = outcome.err;
      if (!ending.is_run) {
        REQUIRE(
            said.starts_with("metrics-event: error: cannot run \"" + ending.command[0] + "\": "));
        said.erase(0, said.find('\n') + 1);
      }
      CHECK(said.empty() == trouble.said.empty());
      CHECK((said.empty() || said.starts_with("metrics-event: " + trouble.said)));
      CHECK(std::ranges::count(said, '\n') == (said.empty() ? 0 : 1));
      CHECK(outcome.out.empty());
      const Outcome alone = run("/bin/sh", direct(ending.command));
      const auto overhead = (outcome.elapsed - alone.elapsed).count();
      table << std::setw(18)
            << (end.signal != 0 ? "signal " + std::to_string(end.signal)
                                : std::to_string(end.status)) +
                   ' ' + event + ' ' + std::to_string(overhead);
    }
  }
  MESSAGE(table.str());
}

TEST_CASE("the man page has the tables of COMMAND's ends and of what becomes of its event") {
  const TemporaryDirectory files;
  Words ends;
  for (const Ending& ending : endings(files.path())) {
    if (ends.empty() || ends.back() != row_of(ending)) {
      ends.push_back(row_of(ending));
    }
  }
  Words said_of_ends;
  for (const Cells& row : rows_of_man_page("metrics-event.1", "wrapper-ends")) {
    REQUIRE(row.size() == 2);
    said_of_ends.push_back(row[0] + ": " + row[1]);
  }
  CHECK(said_of_ends == ends);
  const auto rows = rows_of_man_page("metrics-event.1", "wrapper-faults");
  REQUIRE(rows.size() == troubles.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& said = troubles[i].said;
    CHECK((rows[i] == Cells{troubles[i].name, troubles[i].event,
                            said.empty() ? "nothing" : said.substr(0, said.find(':'))}));
  }
}

TEST_CASE("what is wrong with a COMMAND that cannot be run is said") {
  const TemporaryDirectory files;
  endings(files.path());
  const auto said = [&](const std::string& command, const std::string& path) {
    return run(program, wrapped(installed, {command}, {{"PATH", path}})).err;
  };
  const std::string error = "metrics-event: error: cannot run ";
  const std::string directory = files.path();
  CHECK(said("no-interpreter", "/nonexistent:" + directory) ==
        error + "\"no-interpreter\": its interpreter is missing\n");
  CHECK(said(directory + "/no-loader", "") ==
        error + '"' + directory + "/no-loader\": its interpreter is missing\n");
  CHECK(said("nonesuch", directory + ":/bin") == error + "\"nonesuch\": not found\n");
  const std::string shell = ": not found; there is no shell; use -- sh -c '…'\n";
  CHECK(said("echo hi | cat", "/bin") == error + "\"echo hi | cat\"" + shell);
  CHECK(said("cd", directory) == error + "\"cd\"" + shell);
  CHECK(said("", directory) == error + "\"\": not found\n");
  CHECK(said("no-x", directory) == error + "\"no-x\": permission denied\n");
}

TEST_CASE("fields that are declared as measured are filled from COMMAND") {
  CHECK(measured(installed, "exit 0") ==
        std::pair<std::string, std::string>{
            R"({"timestamp":N,"event":"runner_installed","flavor":"small","duration":N})",
            R"(["event","duration"])"});
  const std::string stop =
      R"({"timestamp":N,"event":"runner_stop","flavor":"small","workflow":"w","repo":"r/r","github_event":"push",)";
  const std::string stop_fields = R"(["event","status","status_info.code","job_duration"])";
  CHECK(measured(stopped, "exit 0") ==
        std::pair{stop + R"("status":"normal","status_info":{"code":0},"job_duration":N})",
                  stop_fields});
  CHECK(measured(stopped, "exit 3") ==
        std::pair{stop + R"("status":"abnormal","status_info":{"code":3},"job_duration":N})",
                  stop_fields});
  CHECK(measured(stopped, "kill -TERM $$").first ==
        stop + R"("status":"abnormal","status_info":{"code":143},"job_duration":N})");
  CHECK(
      measured(
          {"reconciliation", "--flavor", "small", "--crashed-runners", "1", "--idle-runners", "2"},
          "exit 0") ==
      std::pair<std::string, std::string>{
          R"({"timestamp":N,"event":"reconciliation","flavor":"small","crashed_runners":1,"idle_runners":2,"duration":N})",
          R"(["event","duration"])"});
  CHECK(
      measured({"send", "nightly", "x=1"}, "exit 3") ==
      std::pair<std::string, std::string>{
          R"({"timestamp":N,"event":"nightly","duration":N,"exit_code":3,"status":"abnormal","x":"1"})",
          R"(["event","duration","exit_code","status"])"});
}

TEST_CASE("what is given of them wins over what was measured") {
  const std::string given =
      run(program, wrapped(stopped + Words{"-n", "--status", "odd", "--status-info-code", "9",
                                           "--job-duration", "4.5"},
                           {"true"}))
          .out;
  CHECK(given.find(R"(\"status\":\"odd\",\"status_info\":{\"code\":9},\"job_duration\":4.5})") !=
        std::string::npos);
  const std::string sent = run(program, wrapped({"send", "nightly", "-n", "--output", "json",
                                                 "duration:=3", "exit_code:=4", "status=odd"},
                                                {"true"}))
                               .out;
  CHECK(without_numbers(member(sent, "event", "labels")) ==
        R"({"timestamp":N,"event":"nightly","duration":N,"exit_code":4,"status":"odd"})");
  CHECK(number(sent, "duration") == 3);
  CHECK(member(sent, "computed_fields", "extra") == R"(["event"])");
}

TEST_CASE("a duration lasts from COMMAND's start to its end, at which the entry is filed") {
  const Gate gate;
  Background running{program, wrapped(installed + Words{"-n", "--output", "json"},
                                      shell("echo ready; read word <\"$0\"", {gate.path()}))};
  CHECK(running.read_output_line(20s) == "ready");
  const auto begun = Clock::now();
  await("50 ms", [&] { return Clock::now() - begun > 50ms; });
  const auto held = std::chrono::duration<double>(Clock::now() - begun).count();
  const auto let_go = std::chrono::system_clock::now().time_since_epoch();
  gate.let_go();
  const Outcome outcome = running.wait(20s);
  CHECK(number(outcome.out, "duration") >= held);
  CHECK(number(outcome.out, "duration") * 1000 <= static_cast<double>(outcome.elapsed.count()) + 1);
  CHECK(std::stoll(member(outcome.out, "entry_time_ns", "url").substr(1)) >=
        std::chrono::nanoseconds{let_go}.count());
}

TEST_CASE("the time of the delivery starts when COMMAND has ended") {
  const RawServer server{{accept}};
  const Gate gate;
  Background running{program,
                     wrapped(installed + Words{"--url", at(server.port()), "--timeout", "2s"},
                             shell("echo ready; read word <\"$0\"", {gate.path()}))};
  CHECK(running.read_output_line(20s) == "ready");
  const auto begun = Clock::now();
  await("more than the timeout", [&] { return Clock::now() - begun > 2100ms; });
  gate.let_go();
  const Outcome outcome = running.wait(20s);
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  CHECK(server.requests().size() == 1);
}

TEST_CASE("whether the event is sent depends on --on and on how COMMAND ended") {
  struct Row {
    std::string on;
    bool after_success;
    bool after_failure;
  };
  for (const Row& row : {Row{"", true, false}, Row{"success", true, false},
                         Row{"failure", false, true}, Row{"always", true, true}}) {
    for (const std::string script : {"exit 0", "exit 3", "kill -TERM $$"}) {
      for (const bool by_flag : {true, false}) {
        CAPTURE(row.on);
        CAPTURE(script);
        CAPTURE(by_flag);
        const RawServer server{{accept}};
        Words event = installed + Words{"--output", "json", "--url", at(server.port())};
        event = event + (by_flag && !row.on.empty() ? Words{"--on", row.on} : Words{});
        const Outcome outcome =
            run(plain_program,
                wrapped(event, shell(script), {{"METRICS_EVENT_ON", by_flag ? "" : row.on}}));
        const bool sent = script == "exit 0" ? row.after_success : row.after_failure;
        CHECK(server.requests().size() == (sent ? 1 : 0));
        CHECK(member(outcome.out, "status", "exit_code") ==
              (sent ? R"("delivered")" : R"("skipped")"));
        CHECK(member(outcome.out, "exit_code", "event") == std::to_string(outcome.status));
        CHECK(outcome.status == (script == "exit 0" ? 0 : script == "exit 3" ? 3 : 128 + SIGTERM));
        CHECK(outcome.err.empty());
      }
    }
  }
}

TEST_CASE("arguments and environment reach COMMAND byte by byte, and the event not at all") {
  const TemporaryDirectory files;
  const RawServer server{{accept}};
  const Words odd{"s3cret", "",         " ", "--",    "-n",    "--flavor", "--help",
                  "a\nb",   "\xff\xfe", "*", "$HOME", "'\"\\", "x=1",      "ü"};
  const Words command =
      shell("cat /proc/$$/cmdline >\"$0/argv\"; cat /proc/$$/environ >\"$0/environ\"; echo s3cret",
            Words{files.path()} + odd);
  const Invocation invocation = wrapped(
      installed + Words{"--url", at(server.port())}, command,
      {{"s3cret", "s3cret"}, {"EMPTY", ""}, {"ODD", "\xff\n"}, {"METRICS_EVENT_LABEL", "a=b"}});
  const Outcome outcome = run(program, invocation);
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "s3cret\n");
  std::string argv;
  for (const std::string& word : command) {
    argv += word + '\0';
  }
  std::string environment;
  for (const auto& [name, value] : invocation.environment) {
    environment += name + '=' + value + '\0';
  }
  CHECK(read_file(files.path() / "argv") == argv);
  CHECK(read_file(files.path() / "environ") == environment);
  REQUIRE(server.requests().size() == 1);
  CHECK(server.requests()[0].find("s3cret") == std::string::npos);
}

TEST_CASE("no shell is between us and COMMAND, which has our parent's child as its parent") {
  const Outcome outcome =
      run(program, wrapped(installed + Words{"-q"}, {"readlink", "/proc/self/exe"}));
  CHECK(outcome.out.ends_with("readlink\n"));
  Background running{program, wrapped(installed + Words{"-n"}, shell("echo $PPID"))};
  CHECK(running.read_output_line(20s) == std::to_string(running.pid()));
  CHECK(running.wait(20s).status == 0);
}

TEST_CASE("COMMAND has our standard streams, each for itself") {
  Invocation invocation = wrapped(installed + Words{"-n"}, shell("cat; echo problem >&2"));
  invocation.input = "line\n";
  const Outcome outcome = run(program, invocation);
  CHECK(outcome.out.starts_with("line\n{\"streams\":"));
  CHECK(outcome.err == "problem\n");
}

TEST_CASE("COMMAND has the descriptors that we were started with, and none of ours") {
  const TemporaryDirectory files;
  const Words list = shell("for n in 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do "
                           "[ -e /proc/$$/fd/$n ] && all=$all$n,; done; echo $all >\"$0\"",
                           {files.path() / "list"});
  struct Row {
    std::vector<int> closed;
    std::string open;
  };
  for (const Row& row : {Row{{}, "0,1,2,7,"}, Row{{0}, "1,2,7,"}, Row{{1}, "0,2,7,"},
                         Row{{2}, "0,1,7,"}, Row{{0, 1, 2}, "7,"}}) {
    CAPTURE(row.open);
    Invocation invocation = wrapped(installed + Words{"--disabled"}, list);
    invocation.arguments =
        Words{"-c", "exec 7</dev/null; exec \"$@\"", "sh", program} + invocation.arguments;
    invocation.closed = row.closed;
    CHECK(run("/bin/sh", invocation).status == 0);
    CHECK(read_file(files.path() / "list") == row.open + '\n');
  }
}

TEST_CASE("the event does not wait for what COMMAND leaves behind") {
  const RawServer server{{accept}};
  const Gate gate;
  Background running{program, wrapped(installed + Words{"--url", at(server.port())},
                                      shell("(read word <\"$0\"; echo late) &", {gate.path()}))};
  await("the event", [&] { return server.requests().size() == 1; });
  CHECK((await_end(running.pid()) == RawEnd{}));
  gate.let_go(); // which shows that it was still there
  CHECK(running.read_output_line(20s) == "late");
}

TEST_CASE("a hundred thousand arguments are as good as one") {
  const Outcome outcome =
      run(program, wrapped(installed + Words{"--disabled"},
                           shell("echo $#", Words{"sh"} + Words(100'000, "x"))));
  CHECK(outcome.out == "100000\n");
  CHECK(outcome.status == 0);
}

TEST_CASE("more arguments than the kernel takes are 126, as in a shell") {
  // COMMAND's own path, which is longer than ours, is what is too much.
  const TemporaryDirectory files;
  fs::path directory = files.path();
  while (directory.native().size() < 3500) {
    directory /= std::string(200, 'd');
    fs::create_directory(directory);
  }
  fs::create_symlink("/bin/true", directory / "t");
  rlimit stack{};
  getrlimit(RLIMIT_STACK, &stack);
  const std::size_t limit = std::min<std::size_t>(stack.rlim_cur / 4, 6UL * 1024 * 1024);
  std::optional<Outcome> last;
  // Eight bytes more an argument are for its pointer.
  for (std::size_t room = 12UL * 1024; room > 0 && (!last || last->status == 0); room -= 1024) {
    const Words much((limit - room) / 1024, std::string(1024 - 9, 'x'));
    try {
      last = run(plain_program, wrapped(installed + Words{"--disabled"}, Words{"t"} + much,
                                        {{"PATH", directory}}));
    } catch (const std::system_error&) {
      break; // now it is too much for us as well
    }
  }
  REQUIRE(last.has_value());
  CHECK(last->status == 126);
  CHECK(last->err == "metrics-event: error: cannot run \"t\": argument list too long\n");
}

TEST_CASE("a mistake in our own options is 64, and COMMAND is not run") {
  const std::vector<std::pair<Words, std::string>> mistakes{
      {installed + Words{"--frob"},
       "unknown option \"--frob\"; undeclared fields are written frob=VALUE"},
      {{"runner-installed"}, "runner-installed needs --flavor TEXT"},
      {{"runner-instaled", "--flavor", "x"},
       "unknown event or command \"runner-instaled\", did you mean \"runner-installed\"?"},
      {installed + Words{"--timeout", "5 parsecs"},
       "--timeout: expected a duration such as 500ms or 5s, got \"5 parsecs\""},
      {installed + Words{"--on", "monday"},
       "--on: expected success, failure or always, got \"monday\""},
      {installed + Words{"flavor=large"}, "\"flavor\" is a field; give it as --flavor"},
      {installed + Words{"--duration", "1", "--duration", "2"},
       "--duration is given twice; give it once"},
      {installed + Words{"--duration"},
       "--duration needs a value; write \"--duration=--\" if it is meant"},
      {{"check"}, "unexpected argument \"--\"; see metrics-event check --help"},
      {{"batch"}, "unexpected argument \"--\"; see metrics-event batch --help"},
      {{}, "an event or command is missing; see metrics-event --help"},
  };
  for (const auto& mistake : mistakes) {
    const std::string& message = mistake.second;
    CAPTURE(message);
    const Outcome outcome = run(program, wrapped(mistake.first, {"echo", "ran"}));
    CHECK(outcome.status == 64);
    CHECK(outcome.out.empty());
    CHECK(outcome.err == "metrics-event: error: " + message + '\n');
  }
  CHECK(run(program, wrapped(installed, {})).status == 64);
}

TEST_CASE("whatever else is wrong, COMMAND runs") {
  const std::vector<std::pair<Words, Variables>> harmless{
      {installed + Words{"--duration", "long"}, {}},
      {installed + Words{"--timestamp", "@/nonexistent"}, {}},
      {installed + Words{"note=@/nonexistent"}, {}},
      {installed + Words{"--config", "/nonexistent"}, {}},
      {installed + Words{"--username", "x", "--password-file", "/nonexistent"}, {}},
      {{"disk-full", "--free", "1", "--events", "/nonexistent"}, {}},
      {{"disk-full", "--free", "1"}, {{"METRICS_EVENT_EVENTS", "/nonexistent"}}},
      {installed, {{"METRICS_EVENT_ON", "monday"}}},
      {installed, {{"METRICS_EVENT_OUTPUT", "yaml"}}},
      {installed, {{"METRICS_EVENT_TIMEOUT", "5 parsecs"}}},
      {installed, {{"METRICS_EVENT_LABEL", "1=2"}}},
      {installed + Words{"--url", "http://nonexistent.invalid"}, {}},
  };
  for (const auto& trouble : harmless) {
    const Words& event = trouble.first;
    CAPTURE(event.back());
    Variables more{{"METRICS_EVENT_ON", "always"}, {"METRICS_EVENT_TIMEOUT", "500ms"}};
    for (const auto& [name, value] : trouble.second) {
      more[name] = value;
    }
    const Outcome outcome = run(program, wrapped(event, shell("echo ran; exit 3"), more));
    CHECK(outcome.status == 3);
    CHECK(outcome.out == "ran\n");
    CHECK(outcome.err.starts_with("metrics-event: error: "));
  }
}

TEST_CASE("no nesting, however deep, changes anything for COMMAND") {
  const TemporaryDirectory directory;
  const auto repeated = [](std::string_view text) {
    std::string all;
    for (int i = 0; i < 50'000; ++i) {
      all += text;
    }
    return all;
  };
  const std::string dotted = directory.path() / "dotted.toml";
  const std::string nested = directory.path() / "nested.toml";
  const std::string brackets = directory.path() / "brackets.json";
  write_file(dotted, repeated("a.") + "b = 1\n");
  write_file(nested, "a = " + repeated("[") + '\n');
  write_file(brackets, repeated("["));
  write_file(directory.path() / "deep.json", repeated(R"({"properties":{"a":)"));
  const Words timed = installed + Words{"--duration", "1"};
  const std::vector<std::pair<Words, int>> rows{
      {timed + Words{"--config", dotted}, 78},      {timed + Words{"--config", nested}, 78},
      {timed + Words{"note:=@" + brackets}, 65},    {timed + Words{"note:=" + repeated("[")}, 65},
      {{"deep", "--events", directory.path()}, 78},
  };
  for (const auto& row : rows) {
    CAPTURE(row.first.back().substr(0, 80));
    CHECK(run(program, {.arguments = row.first}).status == row.second);
    const Outcome outcome =
        run(program, wrapped(row.first + Words{"--on", "always"}, shell("echo ran; exit 37")));
    CHECK(outcome.status == 37);
    CHECK(outcome.out == "ran\n");
    CHECK(outcome.err.starts_with("metrics-event: error: "));
  }
}

TEST_CASE("a result that cannot be written changes nothing for COMMAND") {
  Invocation invocation =
      wrapped(installed + Words{"-n", "--output", "json", "--on", "always"}, shell("exit 3"));
  invocation.stdout_path = "/dev/full";
  const Outcome outcome = run(program, invocation);
  CHECK(outcome.status == 3);
  CHECK(outcome.err == "metrics-event: error: cannot write to stdout: no space left on device\n");
}

TEST_CASE("nothing is sent with --dry-run and --disabled, and COMMAND runs") {
  const std::vector<std::pair<Words, Variables>> ways{{{"--dry-run"}, {}},
                                                      {{"--disabled"}, {}},
                                                      {{}, {{"METRICS_EVENT_DRY_RUN", "true"}}},
                                                      {{}, {{"METRICS_EVENT_DISABLED", "true"}}}};
  for (const auto& [flag, variable] : ways) {
    const RawServer server{{accept}};
    const Outcome outcome =
        run(program, wrapped(installed + flag + Words{"--url", at(server.port())},
                             shell("echo ran"), variable));
    CHECK(outcome.status == 0);
    CHECK(outcome.out.starts_with("ran\n"));
    CHECK(server.requests().empty());
  }
}

TEST_CASE("help and the version are not about COMMAND") {
  for (const std::string flag : {"--help", "--version"}) {
    const Outcome outcome =
        run(program, wrapped(installed + Words{flag}, shell("echo ran; exit 3")));
    CHECK(outcome.status == 0);
    CHECK_FALSE(outcome.out.empty());
    CHECK(outcome.out.find("ran\n") == std::string::npos);
  }
}

TEST_SUITE_END();
