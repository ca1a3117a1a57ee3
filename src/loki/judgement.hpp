#pragma once

#include "base/exit_code.hpp"
#include "loki/transport.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// What a reply means.
struct Judgement {
  ExitCode code = ExitCode::ok;
  bool worth_a_retry = false;
  std::string message;       // what went wrong and what mends it; empty when the push was accepted
  bool is_about_age = false; // the receiver would take a newer entry time
  std::string response;      // the receiver's own words, at most 1 KiB, safe for a terminal
};

/// Judges the reply to a push.
Judgement judge(const Reply& reply);

/// What to add to the message when the push had structured metadata: a receiver that does not know
/// it refuses the whole push. Empty when that cannot be the reason.
std::string_view metadata_hint(const Judgement& judgement);

} // namespace metrics_event
