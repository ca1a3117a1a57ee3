#include "base/version.hpp"
#include "event/catalogue.hpp"
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
      {"README.md", {"events", "exit-status", "settings"}},
      {"man/metrics-event.1", {"event-names", "synopsis", "settings", "commands", "exit-status"}},
      {"man/metrics-event.conf.5", {"keys"}},
      {"man/metrics-event-events.7", {"events"}},
  };
  for (const auto& [file, names] : parts) {
    for (const std::string_view name : names) {
      CAPTURE(name);
      CHECK(read_file(path_of(file)).find("begin " + std::string{name}) != std::string::npos);
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
