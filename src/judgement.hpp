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

/// Whether an HTTP status says that a push was accepted: 200, 202 or 204 and nothing else.
bool is_acceptance(int status);

/// Judges the reply to a push; 260 is a refusal.
Judgement judge(const Reply& reply);

} // namespace metrics_event
