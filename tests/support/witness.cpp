#include "witness.hpp"

#include "descriptor.hpp"

#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace metrics_event::testing {
namespace {

constexpr std::chrono::seconds longest_wait{20};
constexpr std::chrono::milliseconds between_looks{1};

// A trap runs between two commands; one that comes just before a `read` would wait for its end.
constexpr std::string_view script = R"(
exec >"$2"
for name in TERM HUP QUIT USR1 USR2 INT TSTP ALRM VTALRM PROF PIPE IO PWR; do trap "echo $name" $name; done
echo "ready $$ $PPID"
until [ -e "$1" ]; do sleep 0.01; done
read -r status <"$1"
exit "$status"
)";

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream{text};
  return {std::istream_iterator<std::string>{stream}, {}};
}

} // namespace

void await(const std::string& what, const std::function<bool()>& condition) {
  for (const auto until = Clock::now() + longest_wait; !condition();) {
    if (Clock::now() > until) {
      throw std::runtime_error{"in vain: " + what};
    }
    std::this_thread::sleep_for(between_looks);
  }
}

std::vector<std::string> state_of(pid_t process) {
  std::ifstream file{"/proc/" + std::to_string(process) + "/stat"};
  std::string text;
  std::getline(file, text);
  const std::size_t end_of_name = text.rfind(')');
  return end_of_name == std::string::npos ? std::vector<std::string>{}
                                          : words_of(text.substr(end_of_name + 1));
}

RawEnd await_end(pid_t child) {
  siginfo_t info{};
  await("the end of " + std::to_string(child), [&] {
    info.si_pid = 0;
    check(::waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT), "waitid");
    return info.si_pid == child;
  });
  return info.si_code == CLD_EXITED
             ? RawEnd{.status = info.si_status}
             : RawEnd{.signal = info.si_status, .dumped = info.si_code == CLD_DUMPED};
}

Gate::Gate() {
  check(::mkfifo(path().c_str(), 0600), "mkfifo");
}

Witness::Witness() {
  write_file(directory_.path() / "script", script);
}

std::vector<std::string> Witness::command() const {
  return {"/bin/sh", directory_.path() / "script", directory_.path() / "end",
          directory_.path() / "log"};
}

void Witness::end(int status) const {
  const auto unfinished = directory_.path() / "unfinished";
  write_file(unfinished, std::to_string(status) + '\n');
  std::filesystem::rename(unfinished, directory_.path() / "end");
}

void Witness::await_start() const {
  await("the start of COMMAND", [this] { return !lines().empty(); });
}

void Witness::await_line(const std::string& line) const {
  await(line + " in COMMAND", [&] { return std::ranges::count(lines(), line) > 0; });
}

std::vector<std::string> Witness::seen() const {
  auto all = lines();
  all.erase(all.begin());
  return all;
}

// Those that are whole.
std::vector<std::string> Witness::lines() const {
  std::ifstream file{directory_.path() / "log"};
  std::vector<std::string> all;
  for (std::string line; std::getline(file, line) && !file.eof();) {
    all.push_back(line);
  }
  return all;
}

pid_t Witness::number(std::size_t word) const {
  return std::stoi(words_of(lines().at(0)).at(word));
}

} // namespace metrics_event::testing
