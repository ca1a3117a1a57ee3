#pragma once

#include "base/exit_code.hpp"
#include "loki/transport.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// How much a refusal or trouble stops.
enum class Scope {
  entries,  // those of the push, for what they are
  tenant,   // all that goes to the same tenant of the receiver
  receiver, // all that goes to the receiver
};

/// The meaning of a reply, which is how an attempt ended.
struct Judgement {
  ExitCode code = ExitCode::ok;
  bool worth_a_retry = false;
  std::string message;       // what went wrong and what mends it; empty when the push was accepted
  bool is_about_age = false; // the receiver would take a newer entry time
  std::string response;      // the receiver's own words, at most 1 KiB, safe for a terminal
  Scope scope = Scope::receiver; // means nothing when the push was accepted
};

/// Judges the reply to a push. No other place decides what a reply means.
Judgement judge(const Reply& reply);

/// What to add to the message when the push had structured metadata: a receiver that does not know
/// it refuses the whole push. Empty when that cannot be the reason.
std::string_view metadata_hint(const Judgement& judgement);

} // namespace metrics_event
