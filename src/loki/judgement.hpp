#pragma once

#include "base/exit_code.hpp"
#include "loki/transport.hpp"

#include <string>

namespace metrics_event {

/// The extent of a refusal or trouble: all entries within it would meet the same answer.
enum class Scope {
  entries,  // the entries of this push, because of their content
  tenant,   // all entries for the same tenant of the receiver
  receiver, // all entries for the receiver
};

/// The meaning of a reply: how an attempt at a push ended, and whether another one can succeed.
struct Judgement {
  ExitCode code = ExitCode::ok;
  bool worth_a_retry = false;
  std::string message;           // the error and its remedy; empty when the push was accepted
  bool is_about_age = false;     // the receiver would accept a newer entry time
  std::string response;          // the receiver's text, at most 1 KiB, safe for a terminal
  Scope scope = Scope::receiver; // unspecified when the push was accepted
};

/// Judges the reply to a push. This function alone decides what a reply means.
Judgement judge(const Reply& reply);

/// Returns the message of a judgement. When a push with structured metadata was refused (exit code
/// `data`), the message adds that metadata may be the reason: a Loki older than 3 does not know it
/// and refuses the whole push.
std::string explain(const Judgement& judgement, bool had_metadata);

/// Returns the Failure for a push that was not accepted, with the exit code of the judgement and
/// the message `cannot deliver WHAT: ` followed by the explanation.
Failure undelivered(const std::string& what, const Judgement& judgement, bool had_metadata);

} // namespace metrics_event
