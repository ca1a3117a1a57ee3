// `./dev release`: what it refuses, and what it has checked before it tags.
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

using namespace metrics_event::testing;
namespace fs = std::filesystem;

namespace {

// A repository of what a release looks at. Its `dev` notes what it is asked for instead of doing
// it.
class Repository {
public:
  Repository() {
    fs::create_directory(path_ / "packaging");
    fs::copy_file(source_directory + "/packaging/release.sh", path_ / "packaging/release.sh");
    write_file(path_ / ".gitignore", "/asked\n");
    write_file(path_ / "dev", "#!/bin/sh\necho \"$@\" >>asked\n[ \"$1\" != \"${FAILING:-}\" ]\n");
    fs::permissions(path_ / "dev", fs::perms::owner_all);
    write_file(path_ / "CMakeLists.txt", "project(metrics-event VERSION 1.2.0 LANGUAGES CXX)\n");
    write_file(path_ / "CHANGELOG.md",
               "# Changelog\n\n## 1.2.0 — 2026-11-25\n\n### Added\n\n- A thing.\n"
               "\n## 1.1.0 — 2026-10-01\n\n- An old thing.\n");
    shell("git init --quiet && git add --all && git commit --quiet --message start && "
          "git tag v1.1.0");
  }

  // What a shell says to a line in it, which ends with 0.
  std::string shell(const std::string& line) const {
    const Outcome outcome = run_shell(line);
    REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
    return outcome.out;
  }

  Outcome release(const std::string& version, const std::string& failing = "") const {
    return run_shell("FAILING=" + failing + " packaging/release.sh '" + version + '\'');
  }

  // The tasks that `dev` was asked for.
  std::string asked() const {
    return fs::exists(path_ / "asked") ? read_file(path_ / "asked") : "";
  }

  void write(const std::string& file, const std::string& text) const {
    write_file(path_ / file, text);
    shell("git commit --quiet --all --message " + file);
  }

private:
  Outcome run_shell(const std::string& line) const {
    return run("/bin/sh", {.arguments = {"-c", "cd " + path_.string() + " && " + line},
                           .environment = {{"PATH", "/usr/bin:/bin"},
                                           {"HOME", path_},
                                           {"GIT_CONFIG_GLOBAL", "/dev/null"},
                                           {"GIT_AUTHOR_NAME", "a"},
                                           {"GIT_AUTHOR_EMAIL", "a@example.com"},
                                           {"GIT_COMMITTER_NAME", "a"},
                                           {"GIT_COMMITTER_EMAIL", "a@example.com"}}});
  }

  TemporaryDirectory directory_;
  fs::path path_ = directory_.path();
};

// It says so, checks nothing for minutes, and tags nothing.
void check_refusal(const Repository& repository, const std::string& version,
                   const std::string& reason) {
  CAPTURE(version);
  const Outcome outcome = repository.release(version);
  CHECK(outcome.status == 1);
  CHECK(outcome.err == "release: " + reason + '\n');
  CHECK(repository.asked().empty());
  CHECK(repository.shell("git tag --list") == "v1.1.0\n");
}

} // namespace

TEST_SUITE_BEGIN("release");

TEST_CASE("a release is checked as a whole and tagged with its part of the changelog") {
  const Repository repository;
  const Outcome outcome = repository.release("1.2.0");
  CHECK(outcome.status == 0);
  CHECK(outcome.out == "release: tagged; publish it with: git push origin v1.2.0\n");
  CHECK(repository.asked() == "lint\ntest\nfuzz 60\npackage\npackage arm64\n"
                              "package image\npackage image arm64\n");
  CHECK(repository.shell("git cat-file tag v1.2.0 | sed '1,/^$/d'") ==
        "metrics-event 1.2.0\n\n### Added\n\n- A thing.\n");
}

TEST_CASE("what a check finds keeps a release from being tagged") {
  const Repository repository;
  CHECK(repository.release("1.2.0", "fuzz").status == 1);
  CHECK(repository.asked() == "lint\ntest\nfuzz 60\n");
  CHECK(repository.shell("git tag --list") == "v1.1.0\n");
}

TEST_CASE("what a release lacks is said before anything is checked") {
  const Repository repository;
  for (const std::string version : {"", "1.2", "v1.2.0", "1.02.0", "1.2.0-rc1"}) {
    check_refusal(repository, version, "expected a version such as 1.2.3, got \"" + version + '"');
  }
  check_refusal(repository, "1.1.0", "v1.1.0 is tagged already");
  check_refusal(repository, "1.0.9", "v1.0.9 is older than the newest tag, v1.1.0");
  check_refusal(repository, "1.10.0", "CMakeLists.txt has a version other than 1.10.0");

  repository.write("CMakeLists.txt", "project(metrics-event VERSION 1.10.0 LANGUAGES CXX)\n");
  repository.write("CHANGELOG.md", "# Changelog\n\n## 1.10.0 — unreleased\n");
  const std::string today = repository.shell("date +%F");
  check_refusal(repository, "1.10.0",
                "CHANGELOG.md should have \"## 1.10.0 — " + today.substr(0, 10) +
                    "\" first, but has \"## 1.10.0 — unreleased\"");

  repository.shell("echo >>CMakeLists.txt");
  check_refusal(repository, "1.10.0", "there are uncommitted changes; see git status");
}

TEST_SUITE_END();
