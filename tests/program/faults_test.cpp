// The tables of the man page that say what becomes of an event when something goes wrong: each row
// is tried, and there is no row that is not.

#include "support/isolated.hpp"
#include "support/man_page.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <csignal>
#include <functional>
#include <thread>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

using Words = std::vector<std::string>;
using Answer = NameServer::Answer;

// One event on its way into trouble, with or without a spool.
struct Trial {
  TemporaryDirectory directory;
  fs::path spool = directory.path() / "spool";
  bool has_spool = false;

  Invocation event(const std::string& url, const Words& more = {}) const {
    Words words{"runner-installed", "--flavor", "small", "--duration", "1", "--url", url};
    if (has_spool) {
      words.push_back("--spool=" + spool.string());
    }
    words.insert(words.end(), more.begin(), more.end());
    return {.arguments = words, .environment = {one_attempt, {"METRICS_EVENT_CONFIG", "none"}}};
  }
  std::optional<Outcome> send(const std::string& url, const Words& more = {}) const {
    return run(program, event(url, more));
  }
  std::size_t waiting() const {
    const fs::path box = spool / "new";
    return fs::exists(box) ? static_cast<std::size_t>(std::distance(fs::directory_iterator{box},
                                                                    fs::directory_iterator{}))
                           : 0;
  }
};

std::string at(std::uint16_t port) {
  return "http://127.0.0.1:" + std::to_string(port);
}

std::string shown(int status) {
  return status > 128 ? "128+n" : std::to_string(status);
}

// Nothing where the kernel does not let us try it.
using Fault = std::function<std::optional<Outcome>(const Trial&)>;

Fault at_name_server(Answer answer) {
  return [answer](const Trial& trial) {
    return run_isolated(program, trial.event("http://loki.example.com", {"--timeout", "300ms"}),
                        {answer});
  };
}

Fault at_server(const Behaviour& behaviour, const Words& more = {}) {
  return [behaviour, more](const Trial& trial) {
    const RawServer server{{behaviour}};
    return trial.send(at(server.port()), more);
  };
}

// Every one of the statuses has the same end.
Fault at_statuses(const std::vector<int>& statuses) {
  return [statuses](const Trial& trial) {
    std::optional<Outcome> outcome;
    for (const int status : statuses) {
      fs::remove_all(trial.spool);
      const RawServer server{{{.reply = http_reply(status, "Some Reason")}}};
      const auto next = trial.send(at(server.port()));
      CAPTURE(status);
      CHECK((!outcome || outcome->status == next->status));
      outcome = next;
    }
    return outcome;
  };
}

std::optional<Outcome> at_closed_port(const Trial& trial, const Words& more = {}) {
  const ClosedPort closed;
  return trial.send(at(closed.port()), more);
}

std::optional<Outcome> signalled(const Trial& trial) {
  const RawServer silent{{{.then_close = false}}};
  Background sending{program, trial.event(at(silent.port()), {"--timeout", "1h"})};
  while (silent.requests().empty()) {
    std::this_thread::yield();
  }
  sending.signal(SIGTERM);
  return sending.wait(20s);
}

std::optional<Outcome> with_unusable_spool(const Trial& trial) {
  fs::create_symlink("elsewhere", trial.spool);
  return at_closed_port(trial);
}

const std::vector<std::pair<std::string, Fault>> faults{
    {"the host name is unknown", at_name_server(Answer::no_such_name)},
    {"the name server does not answer", at_name_server(Answer::silent)},
    {"the connection is refused", [](const Trial& trial) { return at_closed_port(trial); }},
    {"there is no answer in time", at_server({.then_close = false}, {"--timeout", "300ms"})},
    {"the answer is cut short", at_server({.reply = "HTTP/1.1 204 No"})},
    {"the connection is reset", at_server({.reset = true})},
    {"the receiver answers 408, 425, 429 or 5xx", at_statuses({408, 425, 429, 500, 503, 599})},
    {"the receiver asks for a longer wait",
     at_server({.reply = http_reply(429, "Too Many Requests", "", {"Retry-After: 60"})},
               {"--retries", "2"})},
    {"the answer is not HTTP", at_server({.reply = "220 mail.example.com\r\n"})},
    {"TLS fails",
     [](const Trial& trial) {
       const RawServer plain{{{.reply = "220 mail.example.com\r\n", .read_request = false}}};
       return trial.send("https://127.0.0.1:" + std::to_string(plain.port()));
     }},
    {"the receiver answers 3xx, 404, 405 or 415", at_statuses({301, 302, 307, 308, 404, 405, 415})},
    {"the receiver answers 260, 401, 403 or 407", at_statuses({260, 401, 403, 407})},
    {"a password file that a flag names is missing",
     [](const Trial& trial) {
       return at_closed_port(trial, {"--username", "x", "--password-file", "/nonexistent"});
     }},
    {"a signal comes", signalled},
    {"the receiver answers 400, 413 or 422", at_statuses({400, 413, 422})},
    {"the spool is full",
     [](const Trial& trial) {
       return at_closed_port(trial, {"--spool-max-bytes", "1"});
     }},
    {"the spool cannot be used", with_unusable_spool},
};

// A spool with three entries for a receiver, to be flushed.
struct FlushTrial {
  TemporaryDirectory directory;
  fs::path spool = directory.path() / "spool";

  void keep(std::uint16_t port, const std::string& flavor) const {
    const RawServer busy{{{.reply = http_reply(429, "Too Many Requests")}}}; // it is not stored
    const Outcome outcome =
        run(program, {.arguments = {"runner-installed", "--flavor", flavor, "--duration", "1",
                                    "--url", at(busy.port()), "--spool=" + spool.string(), "-q"},
                      .environment = {one_attempt, {"METRICS_EVENT_CONFIG", "none"}}});
    REQUIRE(outcome.status == 0);
    for (const auto& file : fs::directory_iterator{spool / "new"}) { // as if it were meant for it
      std::string text = read_file(file.path());
      const std::string from = at(busy.port());
      if (const std::size_t found = text.find(from); found != std::string::npos) {
        write_file(file.path(), text.replace(found, from.size(), at(port)));
      }
    }
  }
  Invocation invocation(const Words& more = {}) const {
    Words words{"flush", "--spool=" + spool.string()};
    words.insert(words.end(), more.begin(), more.end());
    return {.arguments = words, .environment = {one_attempt, {"METRICS_EVENT_CONFIG", "none"}}};
  }
  Outcome flush(const Words& more = {}) const { return run(program, invocation(more)); }
  std::string counts(const Outcome& outcome) const {
    std::size_t refused = 0;
    for (const auto& file : fs::directory_iterator{spool / "refused"}) {
      refused += file.path().extension() == ".reason" ? 0U : 1U;
    }
    return outcome.out + "in refused/: " + std::to_string(refused);
  }
};

std::string counts(int delivered, int refused, int left, const std::string& more = "") {
  return "delivered " + std::to_string(delivered) + ", refused " + std::to_string(refused) +
         ", left " + std::to_string(left) + more + "\nin refused/: ";
}

struct FlushFault {
  std::string name;
  std::vector<Behaviour> answers; // of the receiver; none: it is not there
  std::string counts;
  std::function<Outcome(const FlushTrial& trial)> flush{}; // when it takes more than that
};

const Behaviour accept{.reply = http_reply(204, "No Content")};
const Behaviour refuse{.reply = http_reply(400, "Bad Request", "no such label\n")};
const Behaviour too_old{.reply = http_reply(400, "Bad Request", "has timestamp too old\n")};

Outcome flush_with_torn_file(const FlushTrial& trial) {
  const auto file = *fs::directory_iterator{trial.spool / "new"};
  fs::resize_file(file.path(), file.file_size() / 2);
  return trial.flush();
}

Outcome flush_while_another_does(const FlushTrial& trial) {
  const Descriptor holder{open((trial.spool / "lock").c_str(), O_RDONLY | O_CLOEXEC)};
  REQUIRE(flock(holder.get(), LOCK_EX) == 0);
  return trial.flush({"--timeout", "200ms"});
}

// The entries of a spool are two, so that a push of both comes first, and then of each.
const std::vector<FlushFault> flush_faults{
    {"the receiver cannot be reached", {}, counts(0, 0, 2) + '0'},
    {"the receiver is busy",
     {{.reply = http_reply(503, "Service Unavailable")}},
     counts(0, 0, 2) + '0'},
    {"the tenant is blocked (260)", {{.reply = http_reply(260, "Blocked")}}, counts(0, 0, 2) + '0'},
    {"it is not a push endpoint", {{.reply = http_reply(404, "Not Found")}}, counts(0, 0, 2) + '0'},
    {"the credentials are wrong",
     {{.reply = http_reply(401, "Unauthorized")}},
     counts(0, 0, 2) + '0'},
    {"some entries are refused", {refuse, refuse, accept}, counts(1, 1, 0) + '1'},
    {"an entry is too old", {too_old, too_old, accept}, counts(2, 0, 0) + '0'},
    {"an entry is still too old", {too_old}, counts(0, 2, 0) + '2'},
    {"a file is torn or of a newer version",
     {accept},
     counts(1, 0, 0, ", set aside 1") + '1',
     flush_with_torn_file},
    {"another flush is at work", {accept}, counts(0, 0, 2) + '0', flush_while_another_does},
    {"the answer is lost", {{.reply = "HTTP/1.1 2"}}, counts(0, 0, 2) + '0'},
};

// What takes more than a row to try: the suite and the words of its test.
struct TriedElsewhere {
  std::string name;
  std::string file;
  std::string test;
};
const std::vector<TriedElsewhere> tried_elsewhere{
    {"a signal comes", "flush_test.cpp", "a signal ends a flush, and what was not delivered stays"},
    {"an entry cannot be deleted", "spool_faults_test.cpp",
     "a spool that becomes read-only is said, and its entries are sent again, the same"},
    {"the process is killed", "crowd_test.cpp",
     "two hundred senders, five flushes, a receiver that dies and returns: each event once"},
};

} // namespace

TEST_SUITE_BEGIN("faults");

TEST_CASE("what becomes of an event is what the man page says, row by row") {
  const std::vector<Cells> rows = rows_of_man_page("metrics-event-spool.7", "faults");
  REQUIRE(rows.size() == faults.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string& name = faults[i].first;
    const Fault& fault = faults[i].second;
    CAPTURE(name);
    REQUIRE(rows[i].size() == 4);
    CHECK(rows[i][0] == name);
    for (const bool has_spool : {false, true}) {
      CAPTURE(has_spool);
      const Trial trial{.has_spool = has_spool};
      if (name.starts_with("the spool") && !has_spool) {
        CHECK(shown(at_closed_port(trial)->status) == rows[i][1]);
        continue;
      }
      const auto outcome = fault(trial);
      if (!outcome) {
        MESSAGE("SKIPPED: no namespaces here");
        continue;
      }
      CHECK(shown(outcome->status) == rows[i][has_spool ? 2 : 1]);
      CHECK(trial.waiting() == (has_spool && rows[i][3] == "kept" ? 1 : 0));
      CHECK_FALSE(outcome->err.empty()); // never silent
    }
  }
}

TEST_CASE("what becomes of a spool is what the man page says, row by row") {
  const std::vector<Cells> rows = rows_of_man_page("metrics-event-spool.7", "flush-faults");
  std::size_t tried = 0;
  for (const Cells& row : rows) {
    CAPTURE(row[0]);
    REQUIRE(row.size() == 3);
    const auto elsewhere = std::ranges::find(tried_elsewhere, row[0], &TriedElsewhere::name);
    if (elsewhere != tried_elsewhere.end()) {
      const std::string test = read_file(source_directory + "/tests/program/" + elsewhere->file);
      CHECK(test.find("TEST_CASE(\"" + elsewhere->test) != std::string::npos);
      ++tried;
      continue;
    }
    const auto fault = std::ranges::find(flush_faults, row[0], &FlushFault::name);
    REQUIRE(fault != flush_faults.end());
    const FlushTrial trial;
    const ClosedPort closed;
    std::optional<RawServer> server;
    if (!fault->answers.empty()) {
      server.emplace(fault->answers);
    }
    const std::uint16_t port = server ? server->port() : closed.port();
    trial.keep(port, "one");
    trial.keep(port, "two");
    const Outcome outcome = fault->flush ? fault->flush(trial) : trial.flush();
    CHECK(shown(outcome.status) == row[1]);
    CHECK(trial.counts(outcome) == fault->counts);
    ++tried;
  }
  CHECK(tried == flush_faults.size() + tried_elsewhere.size());
}

TEST_SUITE_END();
