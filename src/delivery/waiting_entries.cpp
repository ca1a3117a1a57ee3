#include "delivery/waiting_entries.hpp"

#include "spool/locked_spool.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace metrics_event {
namespace {

// Loki refuses an entry that is an hour behind the newest one of its stream (max_chunk_age / 2), so
// an event that is sent first makes it refuse those that have waited for longer. The difference is
// for clocks that disagree, and for what waits between here and Loki.
constexpr std::chrono::minutes longest_behind{50};

// A batch looks for older entries once in so much time, counted in entry times.
constexpr std::chrono::minutes search_interval{5};

} // namespace

WaitingEntries::WaitingEntries(const WaitingLimits& limits, const Settings& settings,
                               const Spooler& spooler, FindRoutes find_routes,
                               const Transport& transport, Clock& clock, Warn warn, Warn trouble)
    : limits_{limits}, settings_{settings}, spooler_{spooler}, find_routes_{std::move(find_routes)},
      transport_{transport}, clock_{clock}, warn_{std::move(warn)}, trouble_{std::move(trouble)} {}

std::optional<Failure> WaitingEntries::deliver_older(Instant time, Deadline deadline,
                                                     EventCounts& sent) {
  const Instant limit = time - longest_behind;
  if (limit < searched_before_) {
    return std::nullopt;
  }
  waiting_ = Spool::peek(settings_.spool.directory);
  if (!waiting_ || waiting_->bytes == 0 || waiting_->bytes > limits_.most_bytes_searched ||
      waiting_->oldest >= limit) {
    return std::nullopt;
  }
  std::optional<Failure> failure = drain_once(deadline, settings_.retries, sent);
  if (!has_older(limit)) {
    return std::nullopt;
  }
  if (failure && spooler_.keeps(*failure)) {
    return failure;
  }
  return Failure{ExitCode::tempfail, "events that are more than 50 minutes older wait for the same "
                                     "receiver and are sent first"};
}

bool WaitingEntries::has_older(Instant limit) {
  try {
    if (spooler_.has_waiting_before(limit)) {
      return true;
    }
    searched_before_ = limit + search_interval;
  } catch (const Failure& of_spool) {
    trouble_(of_spool.text());
  }
  return false;
}

void WaitingEntries::deliver_some(Deadline deadline, EventCounts& sent) {
  if (!waiting_ || waiting_->bytes != 0) {
    drain_once(deadline, 0, sent);
  }
}

// Returns why some entries could not be delivered.
std::optional<Failure> WaitingEntries::drain_once(Deadline deadline, int retries,
                                                  EventCounts& sent) {
  try {
    const auto spool = Spool::find(settings_.spool.directory);
    auto locked = spool ? LockedSpool::try_lock(*spool) : std::nullopt;
    if (!locked) {
      return std::nullopt;
    }
    const Drained drained = drain(*locked,
                                  {.push = {.retries = retries,
                                            .timeout = settings_.timeout,
                                            .ends = deadline,
                                            .asks_later = limits_.most_entries != 0,
                                            .confirms = settings_.confirm},
                                   .most_entries = limits_.most_entries,
                                   .only = spooler_.destination()},
                                  find_routes_, transport_, clock_,
                                  {warn_, [](const std::string&) {}, [](const Drained&) {}});
    sent.add(drained.counts);
    return drained.failure;
  } catch (...) { // of the spool, or of memory
    trouble_(current_failure().text());
    return std::nullopt;
  }
}

} // namespace metrics_event
