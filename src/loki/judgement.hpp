#pragma once

#include "base/exit_code.hpp"
#include "loki/transport.hpp"

#include <string>

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

/// The message of a judgement. Where the push had structured metadata, that may be why it was
/// refused, and the message says so: a receiver that does not know it refuses the whole push.
std::string explain(const Judgement& judgement, bool had_metadata);

/// The failure of a push that was not accepted: `cannot deliver WHAT: ` and the explanation.
Failure undelivered(const std::string& what, const Judgement& judgement, bool had_metadata);

} // namespace metrics_event
