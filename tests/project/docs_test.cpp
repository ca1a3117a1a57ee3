#include "base/characters.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "commands/table.hpp"
#include "support/process.hpp"
#include "support/program.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace metrics_event::testing;

namespace {

std::string path_of(std::string_view file) {
  return source_directory + '/' + std::string{file};
}

// Returns the anchors that GitHub gives to the headings of a Markdown document: "#how-to".
std::set<std::string> anchors_of(const std::string& text) {
  std::set<std::string> anchors;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t end_of_marks = line.find_first_not_of('#');
    if (!line.starts_with('#') || end_of_marks == line.npos || line[end_of_marks] != ' ') {
      continue;
    }
    std::string anchor{'#'};
    for (const char c : lower_case(line.substr(end_of_marks + 1))) {
      anchor += c == ' '                                        ? "-"
                : is_letter_or_digit(c) || c == '-' || c == '_' ? std::string{c}
                                                                : "";
    }
    anchors.insert(anchor);
  }
  return anchors;
}

} // namespace

TEST_SUITE_BEGIN("docs");

TEST_CASE("the generated documents are what the tables give") {
  const TemporaryDirectory directory;
  const Outcome outcome =
      run(METRICS_EVENT_DOCS_PROGRAM, {.arguments = {source_directory, directory.path()}});
  REQUIRE_MESSAGE(outcome.status == 0, outcome.err);
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{directory.path()}) {
    if (entry.is_regular_file()) {
      const std::string file = std::filesystem::relative(entry.path(), directory.path());
      CAPTURE(file);
      const bool up_to_date = read_file(path_of(file)) == read_file(entry.path());
      CHECK_MESSAGE(up_to_date, "run ./dev docs");
      ++count;
    }
  }
  CHECK(count == 5);
}

TEST_CASE("every document has its generated parts") {
  const std::pair<std::string_view, std::vector<std::string_view>> parts[]{
      {"README.md", {"exit-status", "settings"}},
      {"man/metrics-event.1", {"event-names", "synopsis", "settings", "exit-status"}},
      {"man/metrics-event.conf.5", {"keys"}},
      {"man/metrics-event-events.7", {"events"}},
  };
  for (const auto& [file, names] : parts) {
    for (const std::string_view name : names) {
      CAPTURE(name);
      CHECK(read_file(path_of(file)).find("begin " + std::string{name}) != std::string::npos);
    }
  }
  const std::string page = read_file(path_of("man/metrics-event.1"));
  for (const Command& command : all_commands()) {
    CAPTURE(command.name);
    CHECK(page.find("begin command-" + std::string{command.name} + '\n') != std::string::npos);
  }
}

TEST_CASE("the README is short, and its first commands are a user's") {
  const std::string readme = read_file(path_of("README.md"));
  CHECK(readme.size() <= 14'000);
  const std::size_t first = readme.find("```sh\n");
  REQUIRE(first != std::string::npos);
  const std::string first_screen = readme.substr(first, readme.find("\n## ") - first);
  CHECK(first_screen.find("metrics-event runner-installed") != std::string::npos);
  CHECK(first_screen.find("./dev") == std::string::npos);
}

TEST_CASE("every link in a document leads to a file, a heading or a release") {
  const std::regex link{R"(\]\(([^)#]*)(#[^)]*)?\))"};
  for (const char* document :
       {"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "examples/README.md",
        "packaging/README.md", "tests/bench/README.md"}) {
    CAPTURE(document);
    const std::string text = read_file(path_of(document));
    const std::filesystem::path folder = std::filesystem::path{path_of(document)}.parent_path();
    for (std::sregex_iterator at{text.begin(), text.end(), link}; at != std::sregex_iterator{};
         ++at) {
      const std::string target = (*at)[1].str();
      CAPTURE(target);
      if (target.starts_with("https://") || target.starts_with("../../releases/latest")) {
        continue;
      }
      const std::filesystem::path file =
          target.empty() ? std::filesystem::path{path_of(document)} : folder / target;
      REQUIRE(std::filesystem::exists(file));
      const std::string anchor = (*at)[2].str();
      CAPTURE(anchor);
      CHECK((anchor.empty() || anchors_of(read_file(file)).contains(anchor)));
    }
  }
}

TEST_CASE("every man page that a document refers to exists") {
  const std::regex reference{R"((metrics-event[a-z.-]*)\((\d)\))"};
  for (const char* document : {"README.md", "CHANGELOG.md", "examples/README.md"}) {
    CAPTURE(document);
    const std::string text = read_file(path_of(document));
    for (std::sregex_iterator at{text.begin(), text.end(), reference}; at != std::sregex_iterator{};
         ++at) {
      const std::string page = (*at)[1].str() + '.' + (*at)[2].str();
      CAPTURE(page);
      CHECK(std::filesystem::exists(path_of("man/" + page)));
    }
  }
}

TEST_CASE("every man page is installed, and refers to those that refer to it") {
  const std::string installed = read_file(path_of("CMakeLists.txt"));
  const std::regex reference{R"((?:^|\n)\.Xr (metrics-event\S*) (\d))"};
  std::map<std::string, std::set<std::string>> see_also;
  for (const auto& entry : std::filesystem::directory_iterator{path_of("man")}) {
    const std::string name = entry.path().filename();
    CAPTURE(name);
    CHECK(installed.find("man/" + name) != std::string::npos);
    const std::string page = read_file(entry.path());
    const std::size_t begin = page.find("\n.Sh SEE ALSO\n");
    REQUIRE(begin != std::string::npos);
    for (std::sregex_iterator at{page.begin(), page.end(), reference}; at != std::sregex_iterator{};
         ++at) {
      const std::string other = (*at)[1].str() + '.' + (*at)[2].str();
      CAPTURE(other);
      CHECK(std::filesystem::exists(path_of("man/" + other)));
      const std::string line = ".Xr " + (*at)[1].str() + ' ' + (*at)[2].str();
      CHECK(page.find(line, begin) != std::string::npos);
      see_also[name].insert(other);
    }
  }
  for (const auto& page : see_also) {
    CAPTURE(page.first);
    for (const std::string& other : page.second) {
      CAPTURE(other);
      CHECK(see_also[other].contains(page.first));
    }
  }
}

TEST_CASE("the changelog speaks of this version first, and CONTRIBUTING.md of every room") {
  const std::string changelog = read_file(path_of("CHANGELOG.md"));
  const std::size_t first = changelog.find("\n## ");
  REQUIRE(first != std::string::npos);
  CHECK(changelog.substr(first + 4).starts_with(version));

  const std::string house = read_file(path_of("CONTRIBUTING.md"));
  for (const auto& entry : std::filesystem::directory_iterator{path_of("src")}) {
    const std::string name = entry.path().filename();
    CAPTURE(name);
    CHECK((!entry.is_directory() || house.find("`" + name + "/`") != std::string::npos));
  }
}

TEST_SUITE_END();
