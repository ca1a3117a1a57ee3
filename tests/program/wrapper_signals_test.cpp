// What signals and terminals do to a COMMAND and to us: what they would do to COMMAND alone.

#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"
#include "support/terminal.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>

#include <sys/types.h>

#include <atomic>
#include <csignal>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;

const Behaviour accept{.reply = http_reply(204, "No Content")};

Words operator+(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words shell(const std::string& script, const Words& arguments = {}) {
  return Words{"/bin/sh", "-c", script} + arguments;
}

// An event that goes nowhere, unless there is a URL among the options.
Invocation wrapped(const Words& command, const Words& options = {"--disabled"}) {
  return {.arguments = Words{"runner-installed", "--flavor", "small", "--on", "always"} + options +
                       Words{"--"} + command,
          .environment = {one_attempt,
                          {"METRICS_EVENT_CONFIG", "none"},
                          {"PATH", "/usr/local/bin:/usr/bin:/bin"}}};
}

// The same, by a parent that is a program which becomes ours.
Invocation wrapped_by(const Words& parent, const Words& command) {
  Invocation invocation = wrapped(command);
  invocation.arguments = parent + Words{program} + invocation.arguments;
  return invocation;
}

std::string at(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

void await_request(const RawServer& server) {
  await("a request", [&] { return !server.requests().empty(); });
}

bool is_in_state(pid_t process, const std::string& state) {
  const auto fields = state_of(process);
  return !fields.empty() && fields[0] == state;
}

std::size_t waiting_in(const fs::path& spool) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator{spool / "new"}, fs::directory_iterator{}));
}

bool no_terminals() {
  if (Terminal::exist()) {
    return false;
  }
  MESSAGE("SKIPPED: no pseudo-terminals here");
  return true;
}

} // namespace

TEST_SUITE_BEGIN("wrapper");

TEST_CASE("a signal to us reaches COMMAND, once, and does not end us") {
  const Witness witness;
  Background running{program, wrapped(witness.command())};
  witness.await_start();
  Words sent;
  for (const auto& [number, name] :
       {std::pair{SIGINT, "INT"}, std::pair{SIGTERM, "TERM"}, std::pair{SIGHUP, "HUP"},
        std::pair{SIGQUIT, "QUIT"}, std::pair{SIGUSR1, "USR1"}, std::pair{SIGUSR2, "USR2"},
        std::pair{SIGTSTP, "TSTP"}, std::pair{SIGALRM, "ALRM"}, std::pair{SIGVTALRM, "VTALRM"},
        std::pair{SIGPROF, "PROF"}, std::pair{SIGPIPE, "PIPE"}, std::pair{SIGIO, "IO"},
        std::pair{SIGPWR, "PWR"}}) {
    running.signal(number);
    sent.emplace_back(name);
    witness.await_line(name);
  }
  witness.end(7);
  CHECK(running.wait(20s).status == 7);
  CHECK(witness.seen() == sent);
}

TEST_CASE("a SIGINT that ends COMMAND ends us by the same signal") {
  const Gate gate;
  Background running{program, wrapped(shell("echo ready; read word <\"$0\"", {gate.path()}))};
  CHECK(running.read_output_line(20s) == "ready");
  running.signal(SIGINT);
  CHECK((await_end(running.pid()) == RawEnd{.signal = SIGINT}));
}

TEST_CASE("a SIGINT that a supervisor in our own process group sends to us reaches COMMAND once") {
  const Gate gate;
  const Witness witness;
  Invocation invocation = wrapped(witness.command());
  invocation.arguments = // a shell without job control ignores it in what runs in the background
      Words{"-c",           R"(gate=$1; shift; "$@" & read word <"$gate"; kill -INT $!; wait $!)",
            "bash",         gate.path(),
            "/usr/bin/env", "--default-signal=INT",
            program} +
      invocation.arguments;
  Background running{"/bin/bash", invocation};
  witness.await_start();
  gate.let_go();
  witness.await_line("INT");
  kill(witness.parent(), SIGUSR1); // comes after what else would come
  witness.await_line("USR1");
  witness.end(7);
  CHECK(running.wait(20s).status == 7);
  CHECK(witness.seen() == Words{"INT", "USR1"});
}

TEST_CASE("a SIGINT that our parent ignores does not end COMMAND, which ignores it as well") {
  const Witness witness;
  Background running{"/usr/bin/env", wrapped_by({"--ignore-signal=INT"}, witness.command())};
  witness.await_start();
  running.signal(SIGINT);
  running.signal(SIGUSR1);
  witness.await_line("USR1");
  witness.end(7);
  CHECK(running.wait(20s).status == 7);
  CHECK(witness.seen() == Words{"USR1"}); // a shell cannot trap what was ignored at its start
}

// Nothing tells us that COMMAND has it already, and two are better than none.
TEST_CASE("a SIGINT from a process to our whole group reaches COMMAND, at most twice") {
  const Witness witness;
  Background running{program, wrapped(witness.command())};
  witness.await_start();
  kill(-running.pid(), SIGINT);
  witness.await_line("INT");
  running.signal(SIGUSR1); // comes after what else would come
  witness.await_line("USR1");
  witness.end(7);
  CHECK(running.wait(20s).status == 7);
  const Words seen = witness.seen();
  CHECK((seen == Words{"INT", "USR1"} || seen == Words{"INT", "INT", "USR1"}));
}

TEST_CASE("what a terminal sends to all of its foreground reaches COMMAND once") {
  if (no_terminals()) {
    return;
  }
  const Witness witness;
  const Terminal terminal{program, wrapped(witness.command())};
  witness.await_start();
  Words sent;
  for (const auto& [key, name] :
       {std::pair{"\x03", "INT"}, std::pair{"\x1a", "TSTP"}, std::pair{"\x1c", "QUIT"}}) {
    terminal.type(key);
    sent.emplace_back(name);
    witness.await_line(name);
  }
  kill(terminal.pid(), SIGUSR1); // comes after what else would come
  witness.await_line("USR1");
  witness.end(7); // it has gone on, and we with it
  CHECK((await_end(terminal.pid()) == RawEnd{.status = 7}));
  CHECK(witness.seen() == sent + Words{"USR1"});
}

TEST_CASE("a COMMAND that Ctrl-C ends ends us by the same signal") {
  if (no_terminals()) {
    return;
  }
  const Gate gate;
  Terminal terminal{program, wrapped(shell("echo ready; read word <\"$0\"", {gate.path()}))};
  terminal.expect("ready");
  terminal.type("\x03");
  CHECK((await_end(terminal.pid()) == RawEnd{.signal = SIGINT}));
}

TEST_CASE("a terminal that hangs up tells COMMAND, once") {
  if (no_terminals()) {
    return;
  }
  const Witness witness;
  Terminal terminal{program, wrapped(witness.command())};
  witness.await_start();
  terminal.hang_up();
  witness.await_line("HUP");
  kill(terminal.pid(), SIGUSR1);
  witness.await_line("USR1");
  witness.end(7);
  CHECK((await_end(terminal.pid()) == RawEnd{.status = 7}));
  CHECK(witness.seen() == Words{"HUP", "USR1"});
}

TEST_CASE("COMMAND is in our process group, which stays in the foreground") {
  if (no_terminals()) {
    return;
  }
  const Witness witness;
  const Terminal terminal{program, wrapped(witness.command())};
  witness.await_start();
  constexpr std::size_t group = 2;
  CHECK(witness.parent() == terminal.pid());
  CHECK(state_of(witness.pid())[group] == std::to_string(terminal.pid()));
  CHECK(terminal.foreground() == terminal.pid());
  witness.end(0);
  CHECK((await_end(terminal.pid()) == RawEnd{}));
}

// An interactive shell, in which a line runs us around a COMMAND.
class Shell {
public:
  explicit Shell(const Words& command)
      : terminal_{"/bin/bash",
                  {.arguments = {"--norc", "--noprofile", "--noediting", "-i"},
                   .environment = {{"PS1", "ready> "},
                                   {"PATH", "/usr/bin:/bin"},
                                   {"METRICS_EVENT_CONFIG", "none"},
                                   {"TERM", "dumb"}}}} {
    terminal_.expect("ready> ");
    write_file(line(), "exec '" + program + "' runner-installed --flavor small --disabled --");
    std::string script = read_file(line());
    for (const std::string& word : command) {
      script += " '" + word + "'";
    }
    write_file(line(), script + '\n');
    terminal_.type("(. " + line() + ")\n");
  }

  void type(const std::string& text) const { terminal_.type(text); }
  void expect(const std::string& text) { terminal_.expect(text); }

  // The job ends while it is in the foreground, with this status.
  void expect_status(int status) {
    expect("ready> ");
    type("echo status=$?\n");
    expect("status=" + std::to_string(status));
  }

private:
  std::string line() const { return directory_.path() / "line"; }

  TemporaryDirectory directory_;
  Terminal terminal_;
};

TEST_CASE("Ctrl-Z stops COMMAND and us, and fg continues both") {
  if (no_terminals()) {
    return;
  }
  const Gate gate;
  Shell bash{shell("echo begun $$ $PPID; read word <\"$0\"; exit 7", {gate.path()})};
  bash.expect("begun");
  bash.type("\x1a");
  bash.expect("Stopped");
  bash.expect("ready> ");
  bash.type("fg\n");
  gate.let_go();
  bash.expect_status(7);
}

TEST_CASE("a COMMAND that stops by itself gives the terminal back, as it would without us") {
  if (no_terminals()) {
    return;
  }
  Shell bash{shell("echo begun; kill -TSTP $$; exit 7")};
  bash.expect("begun");
  bash.expect("Stopped");
  bash.expect("ready> ");
  bash.type("fg\n");
  bash.expect_status(7);
}

TEST_CASE("a SIGTSTP and a SIGCONT to us alone stop and continue COMMAND as well") {
  if (no_terminals()) {
    return;
  }
  const Gate gate;
  const TemporaryDirectory files;
  Shell bash{shell("echo $$ >\"$1\"; echo begun; read word <\"$0\"; exit 7",
                   {gate.path(), files.path() / "pid"})};
  bash.expect("begun");
  const pid_t command = std::stoi(read_file(files.path() / "pid"));
  const pid_t ours = std::stoi(state_of(command).at(1));
  kill(ours, SIGTSTP);
  bash.expect("Stopped");
  bash.expect("ready> ");
  CHECK(is_in_state(command, "T"));
  kill(ours, SIGCONT);
  await("COMMAND to go on", [&] { return is_in_state(command, "S"); });
  bash.type("fg\n");
  bash.expect("/line )"); // bash says what it continues, which has not ended before
  gate.let_go();
  bash.expect_status(7);
}

TEST_CASE("a COMMAND that alone is stopped is waited for") {
  const Witness witness;
  Background running{program, wrapped(witness.command())};
  witness.await_start();
  kill(witness.pid(), SIGSTOP);
  await("COMMAND to stop", [&] { return is_in_state(witness.pid(), "T"); });
  running.signal(SIGUSR1); // which waits as well
  kill(witness.pid(), SIGCONT);
  witness.await_line("USR1");
  CHECK(is_in_state(running.pid(), "S"));
  witness.end(7);
  CHECK(running.wait(20s).status == 7);
}

TEST_CASE("what COMMAND sends to its whole group does not come back to it") {
  const TemporaryDirectory files;
  // What would come back does so before the other signals, which we send on later.
  const Words command = shell("trap 'echo USR1' USR1; trap 'echo USR2' USR2; "
                              "trap 'echo TERM; exit 7' TERM; kill -USR1 0; "
                              "until read word <\"$0\"; do :; done",
                              {files.path() / "none"});
  Background running{program, wrapped(command)};
  CHECK(running.read_output_line(20s) == "USR1");
  running.signal(SIGUSR2);
  CHECK(running.read_output_line(20s) == "USR2");
  running.signal(SIGTERM);
  const Outcome outcome = running.wait(20s);
  CHECK(outcome.status == 7);
  CHECK(outcome.out == "TERM\n");
}

TEST_CASE("an alarm(2) that our parent has set reaches COMMAND") {
  // The parent has blocked it as well, and with that COMMAND, which takes it whenever it came.
  const Words alarm{"-c", "import os, signal, sys\n"
                          "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])\n"
                          "signal.setitimer(signal.ITIMER_REAL, 0.01)\n"
                          "os.execv(sys.argv[1], sys.argv[1:])"};
  const Words command{"/usr/bin/python3", "-c",
                      "import signal, sys; sys.exit(signal.sigwait([signal.SIGALRM]) - 7)"};
  const Outcome outcome = run("/usr/bin/python3", wrapped_by(alarm, command));
  CHECK(outcome.err.empty());
  CHECK(outcome.status == SIGALRM - 7);
}

TEST_CASE("COMMAND starts with the signals that our parent has ignored and blocked") {
  const Words show{"/bin/grep", "-E", "Sig(Blk|Ign|Cgt)", "/proc/self/status"};
  for (const Words& signals :
       std::vector<Words>{{},
                          {"--ignore-signal=PIPE"},
                          {"--ignore-signal=CHLD,XFSZ"},
                          {"--ignore-signal=HUP,INT,TERM,QUIT,TSTP"},
                          {"--block-signal=PIPE,CHLD,USR1"},
                          {"--ignore-signal=ALRM,PIPE", "--block-signal=ALRM"},
                          {"--block-signal=TERM,TSTP,INT"}}) {
    CAPTURE(signals.empty() ? "" : signals[0]);
    const Outcome alone = run("/usr/bin/env", {.arguments = signals + show});
    const Outcome outcome = run("/usr/bin/env", wrapped_by(signals, show));
    CHECK(outcome.out == alone.out);
    CHECK(outcome.status == 0);
  }
}

TEST_CASE("a parent that ignores SIGCHLD learns how COMMAND ended") {
  CHECK(run("/usr/bin/env", wrapped_by({"--ignore-signal=CHLD"}, shell("exit 7"))).status == 7);
  CHECK(run("/usr/bin/env", wrapped_by({"--block-signal=TERM"}, shell("kill -KILL $$"))).status ==
        128 + SIGKILL);
}

TEST_CASE("a COMMAND that writes into a closed pipe dies of it, and so do we") {
  Invocation invocation = wrapped({"yes"});
  invocation.arguments = Words{"-c", "\"$@\" | head -n 1; exit ${PIPESTATUS[0]}", "bash", program} +
                         invocation.arguments;
  const Outcome outcome = run("/bin/bash", invocation);
  CHECK(outcome.status == 128 + SIGPIPE);
  CHECK(outcome.out == "y\n");
  CHECK(outcome.err.empty());
}

TEST_CASE("a COMMAND that dies of a signal leaves no core of ours") {
  const TemporaryDirectory files;
  Invocation invocation = wrapped(shell("ulimit -c 0; kill -SEGV $$"));
  invocation.arguments =
      Words{"-c", "ulimit -c unlimited; cd \"$0\"; exec \"$@\"", files.path(), program} +
      invocation.arguments;
  Background running{"/bin/sh", invocation};
  CHECK((await_end(running.pid()) == RawEnd{.signal = SIGSEGV}));
  CHECK(fs::is_empty(files.path()));
}

TEST_CASE("a kill of us does not end COMMAND") {
  const Witness witness;
  Background running{program, wrapped(witness.command())};
  witness.await_start();
  running.signal(SIGKILL);
  CHECK((await_end(running.pid()) == RawEnd{.signal = SIGKILL}));
  kill(witness.pid(), SIGUSR1);
  witness.await_line("USR1");
}

TEST_CASE("a signal ends the delivery, not the status, and the event is kept where it can be") {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    for (const bool has_spool : {false, true}) {
      CAPTURE(number);
      CAPTURE(has_spool);
      const TemporaryDirectory files;
      const fs::path spool = files.path() / "spool";
      const RawServer silent{{{.then_close = false}}};
      const Words options{"--timeout", "1h", "--url", at(silent.port())};
      Background running{
          program, wrapped(shell("exit 7"),
                           options + (has_spool ? Words{"--spool=" + spool.string()} : Words{}))};
      await_request(silent);
      running.signal(number);
      const Outcome outcome = running.wait(20s);
      CHECK(outcome.status == 7);
      const std::string why =
          "cannot deliver runner_installed to " + at(silent.port()) +
          "/loki/api/v1/push: the attempt was interrupted; it may have been stored\n";
      CHECK(outcome.err == "metrics-event: error: " +
                               (has_spool ? "kept in the spool \"" + spool.string() + "\": " : "") +
                               why);
      if (has_spool) {
        CHECK(waiting_in(spool) == 1);
      }
    }
  }
}

TEST_CASE("a signal before the delivery begins does not change the status either") {
  const Gate nobody_writes; // so that the configuration is waited for
  const Witness witness;
  Background running{program, wrapped(witness.command(), {"--config", nobody_writes.path()})};
  witness.await_start();
  const pid_t command = witness.pid();
  witness.end(7);
  await("the end of COMMAND", [&] { return state_of(command).empty(); });
  running.signal(SIGTERM);
  const Outcome outcome = running.wait(20s);
  CHECK(outcome.status == 7);
  CHECK(outcome.err.starts_with("metrics-event: error: "));
}

TEST_CASE("a signal that is COMMAND's alone and comes too late disturbs nothing") {
  std::atomic<bool> may_answer = false;
  const RawServer server{{{.answer = [&may_answer](const std::string&) {
    may_answer.wait(false);
    return accept.reply;
  }}}};
  Background running{program,
                     wrapped(shell("exit 7"), {"--timeout", "1h", "--url", at(server.port())})};
  await_request(server);
  for (const int number :
       {SIGUSR1, SIGUSR2, SIGQUIT, SIGALRM, SIGVTALRM, SIGPROF, SIGPIPE, SIGIO, SIGPWR}) {
    running.signal(number);
  }
  may_answer = true;
  may_answer.notify_all();
  const Outcome outcome = running.wait(20s);
  CHECK(outcome.status == 7);
  CHECK(outcome.err.empty());
}

namespace {

// Runs us around a COMMAND that exits with 7, and sends us a signal when we make a system call for
// the n-th time. Returns what strace writes about these calls and the waits for signals.
std::string run_signalled(const std::string& signal, const std::string& call, std::ptrdiff_t when,
                          const Words& options, Outcome& outcome) {
  const TemporaryDirectory files;
  const fs::path trace = files.path() / "trace";
  Invocation invocation = wrapped(shell("exit 7"), options);
  invocation.arguments =
      Words{"-qq",
            "-o",
            trace,
            "-e",
            "trace=wait4,rt_sigtimedwait,rt_sigprocmask",
            "-e",
            "inject=" + call + ":signal=" + signal + ":when=" + std::to_string(when),
            plain_program} +
      invocation.arguments;
  outcome = run("/usr/bin/strace", invocation);
  return fs::exists(trace) ? read_file(trace) : "";
}

bool no_strace() {
  if (fs::exists("/usr/bin/strace")) {
    return false;
  }
  MESSAGE("SKIPPED: no strace here");
  return true;
}

} // namespace

TEST_CASE("a signal that comes when COMMAND has just ended does not disturb the delivery") {
  if (no_strace()) {
    return;
  }
  for (const std::string signal : {"SIGINT", "SIGTERM", "SIGHUP", "SIGTSTP"}) {
    CAPTURE(signal);
    const RawServer server{{accept}};
    Outcome outcome;
    const std::string trace =
        run_signalled(signal, "wait4", 1, {"--url", at(server.port())}, outcome);
    CHECK(trace.find('(' + signal + ')') != std::string::npos); // it was taken from the queue
    CHECK(outcome.status == 7);
    CHECK(outcome.err.empty());
    CHECK(server.requests().size() == 1);
  }
}

TEST_CASE("a signal that comes just before the signals are as they were leaves the status alone") {
  if (no_strace()) {
    return;
  }
  Outcome outcome;
  std::string before = run_signalled("SIGURG", "wait4", 1, {"--disabled"}, outcome);
  before.erase(before.find("wait4("));
  std::ptrdiff_t masks = 0;
  for (std::size_t i = 0; (i = before.find("rt_sigprocmask(", i)) != std::string::npos; ++i) {
    masks += 1;
  }
  REQUIRE(masks > 0);
  for (const std::string signal : {"SIGINT", "SIGTERM", "SIGHUP"}) {
    CAPTURE(signal);
    const RawServer server{{accept}};
    const std::string trace =
        run_signalled(signal, "rt_sigprocmask", masks + 1, {"--url", at(server.port())}, outcome);
    CHECK(trace.find("--- " + signal + " {") != std::string::npos);
    CHECK(outcome.status == 7);
    CHECK(outcome.err.starts_with("metrics-event: error: "));
    CHECK(server.requests().empty());
  }
}

TEST_CASE("a signal that comes while COMMAND runs does not disturb the delivery") {
  const RawServer server{{accept}};
  const Witness witness;
  Background running{program, wrapped(witness.command(), {"--url", at(server.port())})};
  witness.await_start();
  running.signal(SIGTERM);
  witness.await_line("TERM");
  witness.end(7);
  const Outcome outcome = running.wait(20s);
  CHECK(outcome.status == 7);
  CHECK(outcome.err.empty());
  CHECK(server.requests().size() == 1);
}

TEST_SUITE_END();
