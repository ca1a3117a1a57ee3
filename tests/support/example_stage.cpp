#include "example_stage.hpp"

#include "program.hpp"

#include <chrono>
#include <csignal>
#include <regex>
#include <stdexcept>
#include <vector>

namespace metrics_event::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::vector<std::string> listen_arguments(const std::string& answers) {
  std::vector<std::string> arguments{"listen", "--port", "0"};
  if (!answers.empty()) {
    arguments.insert(arguments.end(), {"--respond", answers});
  }
  return arguments;
}

} // namespace

fs::path example(const std::string& path) {
  return fs::path{source_directory} / "examples" / path;
}

std::string substitute(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  if (at == std::string::npos) {
    throw std::runtime_error{"there is no " + from + " in:\n" + text};
  }
  for (; at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

ExampleStage::ExampleStage(const std::string& answers)
    : receiver_{program, {.arguments = listen_arguments(answers)}} {
  const std::string announcement = receiver_.read_error_line(20s);
  fs::create_directories(path() / "bin");
  fs::create_directories(path() / "config/metrics-event");
  fs::create_symlink(program, path() / "bin/metrics-event");
  fs::create_symlink(example("events.d"), path() / "config/metrics-event/events.d");
  environment_ = {{"PATH", (path() / "bin").string() + ":/usr/sbin:/usr/bin:/sbin:/bin"},
                  {"HOME", path()},
                  {"XDG_CONFIG_HOME", path() / "config"},
                  {"METRICS_EVENT_URL", announcement.substr(announcement.rfind(' ') + 1)}};
}

void ExampleStage::add_program(const std::string& name, const std::string& text) const {
  write_file(path() / "bin" / name, "#!/bin/sh\n" + text);
  fs::permissions(path() / "bin" / name, fs::perms::owner_all);
}

std::string ExampleStage::arrived() {
  receiver_.signal(SIGTERM);
  const std::regex measured{R"re("(timestamp|idle|duration|job_duration|seconds|took)":[0-9.]+)re"};
  return std::regex_replace(receiver_.wait(20s).out, measured, R"("$1":#)");
}

} // namespace metrics_event::testing
