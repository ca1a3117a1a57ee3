#include "base/origin.hpp"

namespace metrics_event {
namespace {

Failure failure_of(const Origin& origin, ExitCode by_flag, const std::string& text) {
  return {origin.source == Origin::Source::flag ? by_flag : ExitCode::config,
          origin.name + ": " + text};
}

} // namespace

void blame(const Origin& origin, const std::string& text) {
  throw failure_of(origin, ExitCode::usage, text);
}

Failure file_failure(const Origin& origin, const std::string& text) {
  return failure_of(origin, ExitCode::noinput, text);
}

} // namespace metrics_event
