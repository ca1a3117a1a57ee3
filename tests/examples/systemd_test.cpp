// The units and the drop-ins in examples/systemd: systemd understands them, and a real one as PID 1
// sends their events when a service fails, and hands a token to the service that it is for.
#include "support/boot.hpp"
#include "support/example_stage.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <regex>
#include <string>

using namespace metrics_event::testing;
namespace fs = std::filesystem;

namespace {

constexpr const char* systemd_analyze = "/usr/bin/systemd-analyze";
const std::string measured_unit = "backup.service";
const std::string failure_unit = "metrics-event-failure@.service";

bool lacks_systemd() {
  const bool lacks = !fs::exists(systemd_analyze);
  if (lacks) {
    MESSAGE("SKIPPED: no systemd here");
  }
  return lacks;
}

// The examples where they say that they go, with a service that fails, and one before that ends
// well although its event does not.
void install(const fs::path& units) {
  fs::create_directories(units);
  write_file(units / "backup.service", "[Unit]\nAfter=cleanup.service\n[Service]\nUser=daemon\n"
                                       "ExecStart=/bin/sh -c 'exit 3'\n");
  write_file(units / "cleanup.service", "[Service]\nType=oneshot\nExecStart=/bin/true\n"
                                        "Environment=METRICS_EVENT_RETRIES=many\n");
  for (const std::string service : {"backup", "cleanup"}) {
    const fs::path drop_ins = units / (service + ".service.d");
    fs::create_directories(drop_ins);
    for (const std::string drop_in : {"on-failure.conf", "stop-post.conf"}) {
      fs::copy_file(example("systemd/" + drop_in), drop_ins / drop_in);
    }
  }
  fs::copy_file(example("systemd/" + failure_unit), units / failure_unit);
}

// The service with a token, on a machine with what it needs and a receiver that notes what it is
// sent in /events. What the service says, and the backup of whether it can read the token, is in
// /output.
void install_measured(const fs::path& machine) {
  const fs::path units = machine / "units";
  const fs::path etc = machine / "files/etc/metrics-event";
  for (const fs::path& directory :
       {units / (measured_unit + ".d"), etc / "events.d", machine / "files/usr/local/sbin"}) {
    fs::create_directories(directory);
  }
  fs::copy_file(example("systemd/" + measured_unit), units / measured_unit);
  fs::copy_file(example("events.d/backup-finished.json"), etc / "events.d/backup-finished.json");
  write_file(etc / "config.toml", "url = 'http://127.0.0.1:3100'\n");
  write_file(etc / "token", "secret\n");
  fs::permissions(etc / "token", fs::perms{0600});
  const fs::path back_up = machine / "files/usr/local/sbin/back-up";
  write_file(back_up, "#!/bin/sh\nid --user --name\ncat /etc/metrics-event/token\nexit 3\n");
  fs::permissions(back_up, fs::perms{0755});
  fs::copy_file(source_directory + "/tests/support/answer_push.sh", machine / "files/answer_push");
  write_file(units / "receiver.socket", "[Unit]\nDefaultDependencies=no\n"
                                        "[Socket]\nListenStream=127.0.0.1:3100\nAccept=yes\n");
  write_file(units / "receiver@.service",
             "[Unit]\nDefaultDependencies=no\n"
             "[Service]\nExecStart=/answer_push\nStandardInput=socket\n");
  write_file(units / (measured_unit + ".d") / "end.conf",
             "[Unit]\nDefaultDependencies=no\nAfter=receiver.socket\n"
             "SuccessAction=exit-force\nFailureAction=exit-force\n"
             "[Service]\nStandardOutput=append:/output\nStandardError=append:/output\n");
}

} // namespace

TEST_SUITE_BEGIN("example-systemd");

TEST_CASE("systemd understands the unit and the drop-ins") {
  if (lacks_systemd()) {
    return;
  }
  const TemporaryDirectory directory;
  const fs::path& units = directory.path();
  install(units);
  for (const fs::path& file : {units / failure_unit, units / "backup.service.d/stop-post.conf"}) {
    write_file(file, substitute(read_file(file), "metrics-event send", program + " send"));
  }
  const fs::path measured = directory.path() / "measured" / measured_unit;
  fs::create_directories(measured.parent_path());
  write_file(measured, substitute(read_file(example("systemd/" + measured_unit)),
                                  "ExecStart=metrics-event", "ExecStart=" + program));
  const std::string instance = units / "metrics-event-failure@backup.service.service";
  fs::create_symlink(failure_unit, instance);
  const Outcome outcome =
      run(systemd_analyze, {.arguments = {"verify", "--man=no", "--recursive-errors=no",
                                          units / "backup.service", instance}});
  const Outcome alone = run(
      systemd_analyze, {.arguments = {"verify", "--man=no", "--recursive-errors=no", measured}});
  CHECK(alone.err == "");
  CHECK(alone.status == 0);
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
}

TEST_CASE("a service that fails sends an event of its end, and one of its failure") {
  if (lacks_systemd()) {
    return;
  }
  const TemporaryDirectory directory = TemporaryDirectory::in_memory();
  const fs::path units = directory.path() / "units";
  install(units);
  strip(plain_program, directory.path() / "metrics-event");
  const std::string bare = "[Unit]\nDefaultDependencies=no\n";
  for (const std::string target : {"sysinit", "basic", "shutdown"}) {
    write_file(units / (target + ".target"), bare);
  }
  write_file(units / "default.target", bare + "Wants=backup.service cleanup.service\n");
  fs::create_directories(units / (failure_unit + ".d"));
  write_file(units / (failure_unit + ".d") / "end.conf",
             "[Unit]\nSuccessAction=exit-force\nFailureAction=exit-force\n");

  const auto outcome = boot("systemd_boot.sh", directory.path());
  if (!outcome) {
    MESSAGE("SKIPPED: not root, or no namespaces or cgroups here");
    return;
  }
  CAPTURE(outcome->err);
  CAPTURE(read_file(directory.path() / "console"));
  CHECK(outcome->status == 0);
  CHECK(std::regex_replace(read_file(directory.path() / "upper/events"),
                           std::regex{R"re("timestamp":[0-9.]+)re"}, R"("timestamp":#)") ==
        R"({"timestamp":#,"event":"unit_stopped","unit":"backup.service",)"
        R"("result":"exit-code","exit_code":"exited","exit_status":"3"})"
        "\n"
        R"({"timestamp":#,"event":"unit_failed","unit":"backup.service",)"
        R"("result":"exit-code","exit_code":"exited","exit_status":"3"})"
        "\n");
}

TEST_CASE("a service reads a token that only root can read, as a credential") {
  if (lacks_systemd()) {
    return;
  }
  const TemporaryDirectory directory = TemporaryDirectory::in_memory();
  install_measured(directory.path());
  strip(plain_program, directory.path() / "metrics-event");
  const fs::path units = directory.path() / "units";
  const std::string bare = "[Unit]\nDefaultDependencies=no\n";
  write_file(units / "shutdown.target", bare);
  write_file(units / "default.target", bare + "Wants=receiver.socket " + measured_unit + '\n');

  const auto outcome = boot("systemd_boot.sh", directory.path());
  if (!outcome) {
    MESSAGE("SKIPPED: not root, or no namespaces or cgroups here");
    return;
  }
  CAPTURE(outcome->err);
  CAPTURE(read_file(directory.path() / "console"));
  CHECK(outcome->status == 3); // that of the backup
  CHECK(read_file(directory.path() / "upper/output") ==
        "backup\ncat: /etc/metrics-event/token: Permission denied\n");
  const std::regex numbers{R"re((timestamp\\":|took\\":|values":\[\[")[0-9.]+)re"};
  CHECK(std::regex_replace(read_file(directory.path() / "upper/events"), numbers, "$1#") ==
        "Bearer secret\n"
        R"({"streams":[{"stream":{"job":"metrics"},"values":[["#",)"
        R"("{\"timestamp\":#,\"event\":\"backup_finished\",\"target\":\"tape\",)"
        R"(\"kind\":\"incremental\",\"took\":#,\"code\":3}"]]}]})");
}

TEST_SUITE_END();
