// The user data for cloud-init: valid, and a real cloud-init boots with it, in an overlay of this
// machine, where a real apt-get installs a package of the program. Only the network is made up.
#include "support/boot.hpp"
#include "support/example_stage.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <optional>
#include <regex>
#include <string>

using namespace metrics_event::testing;
namespace fs = std::filesystem;

namespace {

constexpr const char* cloud_init = "/usr/bin/cloud-init";
const std::string user_data = example("cloud-init/user-data.yaml");
const std::string no_checksum(64, '0');

bool lacks_cloud_init() {
  const bool lacks = !fs::exists(cloud_init);
  if (lacks) {
    MESSAGE("SKIPPED: no cloud-init here");
  }
  return lacks;
}

// What a machine is given.
class Machine {
public:
  Machine() {
    fs::create_directories(path("package/DEBIAN"));
    fs::create_directories(path("package/usr/bin"));
    fs::create_directories(path("package/etc/metrics-event"));
    fs::create_directories(path("seed"));
    const std::string units = "package/lib/systemd/system/";
    fs::create_directories(path(units));
    for (const std::string unit : {"metrics-event-flush@.service", "metrics-event-flush@.timer"}) {
      fs::copy_file(fs::path{source_directory} / "packaging/systemd" / unit, path(units + unit));
    }
    strip(plain_program, path("package/usr/bin/metrics-event"));
    write_file(path("package/etc/metrics-event/config.toml"), "# The package's own.\n");
    write_file(path("package/DEBIAN/conffiles"), "/etc/metrics-event/config.toml\n");
    write_file(path("package/DEBIAN/control"), "Package: metrics-event\n"
                                               "Version: 0.1.0\n"
                                               "Architecture: all\n"
                                               "Maintainer: Tests <root@localhost>\n"
                                               "Description: the program under test\n");
    const Outcome built =
        run("/usr/bin/dpkg-deb", {.arguments = {"-Znone", "--root-owner-group", "--build",
                                                path("package"), path("package.deb")},
                                  .environment = {{"PATH", "/usr/bin:/bin"}}});
    REQUIRE(built.status == 0);
    write_file(path("seed/meta-data"), "instance-id: example\ndsmode: local\n");
    write_file(path("curl"), "#!/bin/sh -e\n"
                             "for url; do file=$before before=$url; done\n"
                             "[ \"$url\" = https://example.com/metrics-event_0.1.0_amd64.deb ]\n"
                             "cp /package.deb \"$file\"\n");
    fs::permissions(path("curl"), fs::perms::owner_all);
  }

  std::string checksum() const {
    return run("/usr/bin/sha256sum", {.arguments = {path("package.deb")}})
        .out.substr(0, no_checksum.size());
  }

  std::optional<Outcome> boot_with(const std::string& text) const {
    write_file(path("seed/user-data"), text);
    std::optional<Outcome> outcome = boot("cloud_init_boot.sh", directory_.path());
    if (!outcome) {
      MESSAGE("SKIPPED: not root, or no namespaces or cgroups here");
    }
    return outcome;
  }

private:
  std::string path(const std::string& name) const { return directory_.path() / name; }

  TemporaryDirectory directory_ = TemporaryDirectory::in_memory();
};

} // namespace

TEST_SUITE_BEGIN("example-cloud-init");

TEST_CASE("cloud-init takes the user data for valid") {
  if (lacks_cloud_init()) {
    return;
  }
  const Outcome outcome = run(cloud_init, {.arguments = {"schema", "--config-file", user_data}});
  CAPTURE(outcome.err);
  CHECK(outcome.out == "Valid cloud-config: " + user_data + "\n");
  CHECK(outcome.status == 0);
}

TEST_CASE("a machine boots, installs the package, and its event waits for the receiver") {
  if (lacks_cloud_init()) {
    return;
  }
  const Machine machine;
  const auto booted =
      machine.boot_with(substitute(read_file(user_data), no_checksum, machine.checksum()));
  if (!booted) {
    return;
  }
  const Outcome& outcome = *booted;
  CAPTURE(outcome.err);
  CHECK(outcome.err.find("kept in the spool \"/var/spool/metrics-event\"") != std::string::npos);
  const std::regex numbers{R"re((timestamp\\":|duration\\":|entry_time_ns":")[0-9.]+)re"};
  CHECK(
      std::regex_replace(outcome.out, numbers, "$1#") ==
      "the final stage ends with 0\n"
      "the package is installed\n"
      "enabled for the runner: /lib/systemd/system/metrics-event-flush@.timer\n"
      R"({"labels":{"env":"prod","host":"runner-17","job":"metrics"},"metadata":{},"entry_time_ns":"#",)"
      R"("line":"{\"timestamp\":#,\"event\":\"runner_installed\",\"flavor\":\"small\",)"
      R"(\"duration\":#}"})"
      "\n"
      "delivered 1, refused 0, left 0\n");
  CHECK(outcome.status == 0);
}

TEST_CASE("a package with another checksum is not installed, and the boot goes on") {
  if (lacks_cloud_init()) {
    return;
  }
  const auto booted = Machine{}.boot_with(read_file(user_data));
  if (!booted) {
    return;
  }
  const Outcome& outcome = *booted;
  CHECK(outcome.err.find("computed checksum did NOT match") != std::string::npos);
  CHECK(outcome.err.find("metrics-event: not found") != std::string::npos);
  CHECK(outcome.out == "the final stage ends with 0\n");
  CHECK(outcome.status == 0);
}

TEST_SUITE_END();
