#pragma once

#include "exit_code.hpp"
#include "transport.hpp"

#include <string>

namespace metrics_event {

/// What a reply means.
struct Judgement {
  ExitCode code = ExitCode::ok;
  bool worth_a_retry = false;
  std::string message;  // what went wrong and what mends it; empty when the push was accepted
  std::string response; // the receiver's own words, at most 1 KiB, safe for a terminal
};

/// Judges the reply to a push. Success is 200, 202 or 204 and nothing else; 260 is a refusal.
Judgement judge(const Reply& reply);

} // namespace metrics_event
