#include "boot.hpp"

#include "program.hpp"
#include "temporary.hpp"
#include "witness.hpp"

#include <unistd.h>

#include <chrono>
#include <regex>
#include <stdexcept>
#include <vector>

namespace metrics_event::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

// The first group of an expression that matches in a file, or nothing.
std::string find_in(const char* file, const char* expression) {
  std::smatch match;
  const std::string text = read_file(file);
  return std::regex_search(text, match, std::regex{expression}) ? match[1].str() : "";
}

// A cgroup below ours, removed with those that are made in it.
class Cgroup {
public:
  Cgroup()
      : path_{find_in("/proc/mounts", R"((\S+) cgroup2 )") +
              find_in("/proc/self/cgroup", "0::(.*)") + "/metrics-event-test-" +
              std::to_string(::getpid())} {
    std::error_code error;
    fs::create_directory(path_, error);
    exists_ = !error && fs::exists(path_ / "cgroup.procs");
  }

  ~Cgroup() {
    std::error_code error;
    std::vector<fs::path> paths{path_};
    for (const auto& entry : fs::recursive_directory_iterator{path_, error}) {
      if (entry.is_directory()) {
        paths.push_back(entry.path());
      }
    }
    for (; !paths.empty(); paths.pop_back()) {
      fs::remove(paths.back(), error);
    }
  }

  Cgroup(const Cgroup&) = delete;
  Cgroup& operator=(const Cgroup&) = delete;

  bool exists() const { return exists_; }

  // A program that is run in it.
  Outcome run(const std::vector<std::string>& words) const {
    std::vector<std::string> arguments{"-c", R"(echo $$ >"$0" && exec "$@")",
                                       path_ / "cgroup.procs"};
    arguments.insert(arguments.end(), words.begin(), words.end());
    Outcome outcome =
        testing::run("/bin/sh", {.arguments = arguments,
                                 .environment = {{"PATH", "/usr/sbin:/usr/bin:/sbin:/bin"}},
                                 .limit = 60s});
    await("the end of all that ran", [this] {
      return read_file(path_ / "cgroup.events").find("populated 0") != std::string::npos;
    });
    return outcome;
  }

private:
  fs::path path_;
  bool exists_ = false;
};

} // namespace

std::optional<Outcome> boot(const std::string& script, const fs::path& directory) {
  const Cgroup cgroup;
  std::vector<std::string> words{"unshare", "--mount",  "--net",  "--pid",       "--uts",
                                 "--ipc",   "--cgroup", "--fork", "--kill-child"};
  const std::size_t options = words.size();
  const std::string trial =
      "cd \"$0\" && mkdir upper work root && "
      "mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root";
  words.insert(words.end(), {"sh", "-c", trial, directory});
  if (::geteuid() != 0 || !cgroup.exists() || cgroup.run(words).status != 0) {
    return std::nullopt;
  }
  words.resize(options);
  words.push_back(source_directory + "/tests/support/" + script);
  words.push_back(directory);
  return cgroup.run(words);
}

void strip(const fs::path& from, const fs::path& to) {
  const Outcome outcome = run("/usr/bin/strip", {.arguments = {"-o", to, from}});
  if (outcome.status != 0) {
    throw std::runtime_error{outcome.err};
  }
}

} // namespace metrics_event::testing
