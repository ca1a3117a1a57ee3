#pragma once

#include "base/exit_code.hpp"
#include "loki/transport.hpp"

#include <string>

namespace metrics_event {

/// The meaning of a reply: how an attempt at a push ended, and whether another one can succeed.
struct Judgement {
  ExitCode code = ExitCode::ok;
  bool worth_a_retry = false;   // at once; `may_pass` tells whether a later run may succeed
  std::string message;          // the error and its remedy; empty when the push was accepted
  bool is_about_age = false;    // the receiver would accept a newer entry time
  std::string response;         // the receiver's text, at most 1 KiB, safe for a terminal
  bool is_about_tenant = false; // another tenant of the receiver may meet another answer
};

/// Judges the reply to a push. No other function decides with which status the push ends and
/// whether it is worth a retry. (The Pusher asks the HTTP status a second question: whether a
/// smaller or an uncompressed body would be accepted.)
Judgement judge(const Reply& reply);

/// Returns true when a push that ended with this status was refused for the content of its entries.
/// No other function decides that. Such entries would be refused again, so they are not kept for
/// later, and are put aside when they were.
constexpr bool is_refused(ExitCode code) {
  return code == ExitCode::data;
}

/// Returns the message of a judgement. When a push with structured metadata is refused, the message
/// adds that metadata may be the reason: a Loki older than 3 does not know it and refuses the whole
/// push.
std::string explain(const Judgement& judgement, bool had_metadata);

/// Returns the Failure for a push that was not accepted, with the exit code of the judgement and
/// the message `cannot deliver WHAT: ` followed by the explanation.
Failure undelivered(const std::string& what, const Judgement& judgement, bool had_metadata);

} // namespace metrics_event
