// What is installed, and what installs it. The packages themselves are looked at by lintian, in
// `./dev lint`, and in a bare Debian, by `./dev package --trial`.
#include "support/isolated.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;
using Names = std::set<std::string>;

namespace {

namespace fs = std::filesystem;

const fs::path packaging = source_directory + "/packaging";
const std::string path_variable = "/usr/sbin:/usr/bin:/sbin:/bin";

// The names of all that is in a directory and below, relative to it; of directories, with a slash.
Names content(const fs::path& directory) {
  Names names;
  for (const auto& entry : fs::recursive_directory_iterator{directory}) {
    const bool is_directory = entry.is_directory() && !entry.is_symlink();
    names.insert(fs::relative(entry.path(), directory).string() + (is_directory ? "/" : ""));
  }
  return names;
}

Names files(const fs::path& directory) {
  Names names = content(directory);
  std::erase_if(names, [](const std::string& name) { return name.ends_with('/'); });
  return names;
}

// Something like the tarball, and a place to install it to.
class Tarball {
public:
  Tarball() {
    for (const char* name : {"bin", "lib/systemd/system", "share/doc/metrics-event/examples"}) {
      fs::create_directories(tree() / name);
    }
    write_file(tree() / "bin/metrics-event", "#!/bin/sh\necho runs\n");
    fs::permissions(tree() / "bin/metrics-event", fs::perms{0755});
    write_file(tree() / "lib/systemd/system/metrics-event-flush.timer", "[Timer]\n");
    write_file(tree() / "share/doc/metrics-event/examples/README.md", "examples\n");
    fs::copy_file(packaging / "install.sh", tree() / "install.sh");
    fs::create_directories(place() / "usr/local/bin"); // of somebody else
    write_file(place() / "usr/local/bin/other", "");
  }

  fs::path tree() const { return directory_.path() / "a tree"; }
  fs::path place() const { return directory_.path() / "a place"; }

  // Runs install.sh, which belongs to no working directory.
  Outcome run(const Words& arguments,
              const std::map<std::string, std::string>& environment = {}) const {
    Invocation invocation{.arguments = arguments, .environment = environment};
    invocation.environment["PATH"] = path_variable;
    return metrics_event::testing::run((tree() / "install.sh").string(), invocation);
  }

private:
  TemporaryDirectory directory_;
};

const Names before{"usr/", "usr/local/", "usr/local/bin/", "usr/local/bin/other"};

} // namespace

TEST_SUITE_BEGIN("packaging");

TEST_CASE("an installation has each file where it is looked for") {
  const TemporaryDirectory place;
  const Outcome outcome =
      run("/usr/bin/cmake",
          {.arguments = {"--install", fs::path{program}.parent_path(), "--prefix", "/usr"},
           .environment = {{"DESTDIR", place.path()}, {"PATH", path_variable}}});
  REQUIRE(outcome.err == "");
  REQUIRE(outcome.status == 0);
  Names examples;
  for (const std::string& name : files(source_directory + "/examples")) {
    examples.insert("usr/share/doc/metrics-event/examples/" + name);
  }
  CHECK(!examples.empty());
  Names expected{
      "usr/bin/metrics-event",
      "usr/lib/systemd/system/metrics-event-flush.path",
      "usr/lib/systemd/system/metrics-event-flush.service",
      "usr/lib/systemd/system/metrics-event-flush.timer",
      "usr/lib/systemd/system/metrics-event-flush@.service",
      "usr/lib/systemd/system/metrics-event-flush@.timer",
      "usr/lib/tmpfiles.d/metrics-event.conf",
      "usr/share/bash-completion/completions/metrics-event",
      "usr/share/doc/metrics-event/LICENSE",
      "usr/share/doc/metrics-event/config.toml",
      "usr/share/doc/metrics-event/copyright",
      "usr/share/fish/vendor_completions.d/metrics-event.fish",
      "usr/share/man/man1/metrics-event.1",
      "usr/share/man/man5/metrics-event-schema.5",
      "usr/share/man/man5/metrics-event.conf.5",
      "usr/share/man/man7/metrics-event-events.7",
      "usr/share/man/man7/metrics-event-spool.7",
      "usr/share/zsh/site-functions/_metrics-event",
  };
  expected.merge(examples);
  CHECK(files(place.path()) == expected);
}

TEST_CASE("install.sh installs its tree, as often as one likes, and says what it does") {
  const Tarball tarball;
  const std::string local = (tarball.place() / "usr/local").string();
  const Outcome outcome = tarball.run({"--prefix", local});
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "installed " + local + "/bin/metrics-event\n" + "installed " + local +
                           "/lib/systemd/system/metrics-event-flush.timer\n" + "installed " +
                           local + "/share/doc/metrics-event/examples/README.md\n");
  CHECK(run(local + "/bin/metrics-event", {}).out == "runs\n");
  const Names installed = content(tarball.place());
  CHECK(tarball.run({"--prefix=" + local}).status == 0);
  CHECK(content(tarball.place()) == installed);
}

TEST_CASE("what install.sh installs is for everybody, whatever the umask") {
  const Tarball tarball;
  const std::string script = (tarball.tree() / "install.sh").string();
  const Outcome outcome = run(
      "/bin/sh", {.arguments = {"-c", "umask 077; exec \"$@\"", "sh", script},
                  .environment = {{"PATH", path_variable}, {"DESTDIR", tarball.place() / "new"}}});
  REQUIRE(outcome.status == 0);
  for (const auto& entry : fs::recursive_directory_iterator{tarball.place() / "new"}) {
    CAPTURE(entry.path());
    CHECK((entry.status().permissions() & fs::perms{0044}) == fs::perms{0044});
    CHECK((!entry.is_directory() ||
           (entry.status().permissions() & fs::perms{0011}) == fs::perms{0011}));
  }
}

TEST_CASE("install.sh removes what it has installed, and nothing else") {
  const Tarball tarball;
  const std::string local = (tarball.place() / "usr/local").string();
  REQUIRE(tarball.run({"--prefix", local}).status == 0);
  write_file(tarball.place() / "usr/local/share/doc/mine", "");
  const Outcome outcome = tarball.run({"--uninstall", "--prefix", local});
  CHECK(outcome.err == "");
  CHECK(outcome.status == 0);
  CHECK(outcome.out.starts_with("removed " + local + "/bin/metrics-event\n"));
  CHECK(files(tarball.place()) == Names{"usr/local/bin/other", "usr/local/share/doc/mine"});
  CHECK_FALSE(fs::exists(tarball.place() / "usr/local/share/doc/metrics-event"));
  CHECK(tarball.run({"--uninstall", "--prefix", local}).out == "");
}

TEST_CASE("install.sh goes to /usr/local, below DESTDIR") {
  const Tarball tarball;
  const std::map<std::string, std::string> environment{{"DESTDIR", tarball.place()}};
  CHECK(tarball.run({}, environment).status == 0);
  CHECK(fs::exists(tarball.place() / "usr/local/bin/metrics-event"));
  CHECK(tarball.run({"--uninstall"}, environment).status == 0);
  CHECK(files(tarball.place()) == Names{"usr/local/bin/other"});
  CHECK(tarball.run({"--prefix", "/usr"}, environment).status == 0);
  CHECK(fs::exists(tarball.place() / "usr/bin/metrics-event"));
}

TEST_CASE("install.sh refuses what it does not know, and touches nothing then") {
  const Tarball tarball;
  const std::map<std::string, std::string> environment{{"DESTDIR", tarball.place()}};
  const std::pair<Words, std::string> trials[]{
      {{"--prefx", "/usr"}, "unknown argument \"--prefx\"; see --help"},
      {{"--prefix"}, "--prefix takes a directory"},
      {{"--prefix", "usr"}, "--prefix takes an absolute path, got \"usr\""},
      {{"--uninstall", "now"}, "unknown argument \"now\"; see --help"},
  };
  for (const auto& [arguments, complaint] : trials) {
    const Outcome outcome = tarball.run(arguments, environment);
    CHECK(outcome.err == "install.sh: error: " + complaint + '\n');
    CHECK(outcome.status == 64);
  }
  CHECK(tarball.run({"--help"}, environment).out.starts_with("usage: ./install.sh "));
  CHECK(content(tarball.place()) == before);
}

TEST_CASE("the configuration file of the packages sets the host's label, and any key can be set") {
  std::istringstream lines{read_file(packaging / "config.toml")};
  const TemporaryDirectory directory;
  const std::string file = directory.path() / "config.toml";
  std::size_t count = 0;
  std::string set;
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    const bool is_set = !line.empty() && !line.starts_with('#');
    set += is_set ? line : "";
    if (line.size() > 1 && line[1] != ' ') {
      const std::string setting = is_set ? line : line.substr(1);
      // What is of no use alone.
      const std::string with = setting.starts_with("password-file") ? "\nusername = 'runner'\n"
                               : setting.starts_with("key")         ? "\ncert = 'client.pem'\n"
                                                                    : "\n";
      write_file(file, setting + with);
      const Outcome outcome =
          run(program, {.arguments = {"runner-installed", "--flavor", "small", "--duration", "1",
                                      "-n", "--config", file}});
      CHECK(outcome.err == "");
      CHECK(outcome.status == 0);
      ++count;
    }
  }
  CHECK(count >= 27);
  CHECK(set == R"(label = ["job=metrics", "host=%H"])");
}

// A system without systemd's own directories, where the package's scripts of Debian run.
TEST_CASE("the scripts of the .deb make the spool, enable the timer, and leave events alone") {
  if (::geteuid() != 0 || !fs::exists("/usr/bin/deb-systemd-helper")) {
    MESSAGE("SKIPPED: not root on a Debian");
    return;
  }
  const auto outcome = run_isolated(
      "/bin/sh",
      {.arguments = {"-e", "-c", R"(
set -- "$0"
links=/etc/systemd/system/timers.target.wants/metrics-event-flush.timer
spool=/var/spool/metrics-event
"$1"/postinst configure ''
stat --format '%n %a %U' $spool
readlink $links
ls /etc/systemd/system
ls ${links%/*}
ln -s /lib/systemd/system/metrics-event-flush@.timer ${links%/*}/metrics-event-flush@runner.timer
rm $links # as systemctl disable does
"$1"/prerm upgrade 2
"$1"/postinst configure 1
test ! -e $links && echo still disabled
mkdir $spool/new && touch $spool/new/entry
"$1"/prerm remove
"$1"/postrm remove
ls $spool/new
"$1"/postrm purge
find /etc/systemd/system /var/lib/systemd /var/spool ! -type d
rm $spool/new/entry
"$1"/postrm purge
find /etc/systemd/system /var/lib/systemd /var/spool ! -type d
ls /var/spool
)",
                     packaging / "debian"},
       .environment = {{"PATH", path_variable}, {"DPKG_MAINTSCRIPT_PACKAGE", "metrics-event"}}},
      {}, [] {
        const std::string units = "/usr/lib/systemd/system/";
        for (const char* place :
             {"/usr/lib/systemd/system", "/etc/systemd/system", "/var/lib/systemd", "/var/spool",
              "/usr/lib/tmpfiles.d", "/run"}) {
          check(::mount("none", place, "tmpfs", 0, nullptr), place);
        }
        for (const char* name : {"metrics-event-flush.timer", "metrics-event-flush.path"}) {
          fs::copy_file(packaging / "systemd" / name, units + name);
        }
        write_file(units + "timers.target", "[Unit]\n");
        fs::copy_file(packaging / "tmpfiles.d/metrics-event.conf",
                      "/usr/lib/tmpfiles.d/metrics-event.conf");
      });
  if (!outcome) {
    MESSAGE("SKIPPED: no namespaces here");
    return;
  }
  CHECK(outcome->out == "/var/spool/metrics-event 700 root\n"
                        "/lib/systemd/system/metrics-event-flush.timer\n"
                        "timers.target.wants\n"
                        "metrics-event-flush.timer\n"
                        "still disabled\n"
                        "entry\n"
                        "metrics-event: /var/spool/metrics-event stays, because events wait in it\n"
                        "/var/spool/metrics-event/new/entry\n");
  CHECK(outcome->err == "Created symlink /etc/systemd/system/timers.target.wants/"
                        "metrics-event-flush.timer → "
                        "/lib/systemd/system/metrics-event-flush.timer.\n");
  CHECK(outcome->status == 0);
}

TEST_SUITE_END();
