#pragma once

#include "delivery/asker.hpp"
#include "loki/judgement.hpp"
#include "spool/record.hpp"
#include "system/clock.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace metrics_event {

/// The course of the attempts at one push.
struct Delivery {
  Judgement judgement; // of the last attempt
  int attempts = 0;
  int http_status = 0; // of the last attempt; 0 means no answer
  std::chrono::milliseconds elapsed{};
  std::optional<std::chrono::milliseconds> retry_after{}; // the wait the last answer asked for
};

/// What is to be done next with a part of the entries that are being pushed.
enum class Step {
  send,
  decide,  // the last attempt failed: whether another one follows is to be decided
  ask,     // whether the entries are stored is in doubt
  confirm, // the entries were accepted just now, and asking must return them
  accept,
  refuse,
  leave, // for a later run; the parts after it go on
  stop,  // by trouble that the parts after it would meet, too
};

/// Consecutive entries that are being pushed together.
struct Part {
  std::size_t end = 0; // index after its last entry
  Step step = Step::send;
  Step next = Step::send; // follows when asking shows that the entries may be sent again
  Doubt doubt = Doubt::none;
  int repeats = 0; // how often they were sent while an earlier attempt may have stored them
  bool is_confirmed = false;
  bool suspects_gzip = false; // the last attempt may have failed because it was compressed
  Delivery delivery{};
  Deadline started{};          // when the first attempt, or asking, began
  Deadline sent{};             // when the attempt ended that left the doubt
  Deadline::duration waited{}; // in the receiver's blind time, beside the time-out

  /// Returns true when both parts have the same fate so far, so that they can be one.
  bool is_like(const Part& other) const {
    return step == other.step && next == other.next && doubt == other.doubt &&
           repeats == other.repeats && is_confirmed == other.is_confirmed;
  }
};

/// Returns what becomes of a part, which is to be asked for or confirmed, when `stored` is what
/// asking tells of its entries. No other function decides that. `trouble` says in words why there
/// is no answer, if there is none. With `asks_later`, a later run asks again for entries that the
/// receiver does not return yet.
Part after_asking(Part part, Stored stored, const std::string& trouble, bool asks_later);

} // namespace metrics_event
