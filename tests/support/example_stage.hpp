#pragma once

#include "process.hpp"
#include "temporary.hpp"

#include <filesystem>
#include <map>
#include <string>

namespace metrics_event::testing {

/// A file below examples/.
std::filesystem::path example(const std::string& path);

/// The text with every occurrence of `from` replaced; throws std::runtime_error when there is none.
std::string substitute(std::string text, const std::string& from, const std::string& to);

/// Where a shipped example runs: the program is in PATH as metrics-event, the declared events are
/// in its configuration, and a receiver waits.
class ExampleStage {
public:
  /// The receiver answers as `--respond` of listen says, or else takes what is an event.
  explicit ExampleStage(const std::string& answers = "");

  /// A directory for what the example writes.
  std::filesystem::path path() const { return directory_.path(); }

  /// PATH, a home and the receiver.
  std::map<std::string, std::string> environment() const { return environment_; }

  /// An executable shell script in PATH.
  void add_program(const std::string& name, const std::string& text) const;

  /// Ends the receiver and returns the lines that have arrived, with # for what a clock says.
  std::string arrived();

private:
  TemporaryDirectory directory_;
  std::map<std::string, std::string> environment_;
  Background receiver_;
};

} // namespace metrics_event::testing
