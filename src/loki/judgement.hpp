#pragma once

#include "base/exit_code.hpp"
#include "base/time.hpp"
#include "loki/transport.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace metrics_event {

/// How an attempt at a push ended, as far as the receiver's store is concerned.
enum class Ending {
  accepted,
  refused,   // the receiver answered, and has stored none of its entries
  not_sent,  // the receiver has seen nothing of it
  ambiguous, // nobody knows which of its entries are stored
};

/// The meaning of a reply: how an attempt at a push ended, and whether another one can succeed.
struct Judgement {
  Ending ending = Ending::accepted;
  ExitCode code = ExitCode::ok;
  bool worth_a_retry = false;    // at once; `may_pass` tells whether a later run may succeed
  std::string message;           // the error and its remedy; empty when the push was accepted
  bool is_about_age = false;     // the receiver would accept an entry time closer to the present
  bool is_behind_stream = false; // the receiver would accept the entry in a stream of its own
  std::optional<Instant> oldest_accepted{}; // in whole seconds, if the receiver names it
  std::string response;         // the receiver's text, at most 1 KiB, safe for a terminal
  bool is_about_tenant = false; // another tenant of the receiver may meet another answer
};

/// Judges the reply to a push of `entries` entries. No other function decides how the attempt
/// ended, with which status the push ends and whether it is worth a retry. (The Pusher asks the
/// HTTP status a second question: whether a smaller or an uncompressed body would be accepted.)
/// Words of the body that say more than the status are those that Loki and VictoriaLogs were
/// measured to send.
Judgement judge(const Reply& reply, std::size_t entries = 1);

/// Returns true when Loki (from 3.4 on) refuses a push only because it has no entries. It has then
/// understood the push, and the tenant and the labels are right.
bool is_refused_as_empty(const Reply& reply);

/// Returns true when a push that ended with this status was refused for the content of its entries.
/// No other function decides that. Such entries would be refused again, so they are not kept for
/// later, and are put aside when they were.
constexpr bool is_refused(ExitCode code) {
  return code == ExitCode::data;
}

/// Returns the Failure for a push that was not accepted, with the exit code of the judgement and
/// the message `cannot deliver WHAT: ` followed by that of the judgement, and by `; it may have
/// been stored` if nobody knows that.
Failure undelivered(const std::string& what, const Judgement& judgement,
                    bool may_be_stored = false);

} // namespace metrics_event
