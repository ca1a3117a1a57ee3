// The unit and the drop-ins in examples/systemd: systemd understands them, and a real one as PID 1
// sends their events when a service fails.
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
  const std::string instance = units / "metrics-event-failure@backup.service.service";
  fs::create_symlink(failure_unit, instance);
  const Outcome outcome =
      run(systemd_analyze, {.arguments = {"verify", "--man=no", "--recursive-errors=no",
                                          units / "backup.service", instance}});
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

TEST_SUITE_END();
