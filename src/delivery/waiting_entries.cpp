#include "delivery/waiting_entries.hpp"

#include "spool/locked_spool.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::size_t most_entries_drained = 100;

// Loki refuses an entry that is an hour behind the newest one of its stream (max_chunk_age / 2), so
// an event that is sent first makes it refuse those that have waited for longer. The difference is
// for clocks that disagree, and for what waits between here and Loki.
constexpr std::chrono::minutes longest_behind{50};

// Beside more than this, an event does not look for older ones, because its cost must not grow.
constexpr std::uint64_t most_bytes_searched = 256UL * 1024;

} // namespace

WaitingEntries::WaitingEntries(const Settings& settings, const Spooler& spooler,
                               FindRoutes find_routes, const Transport& transport, Clock& clock,
                               Warn warn, Warn trouble)
    : settings_{settings}, spooler_{spooler}, find_routes_{std::move(find_routes)},
      transport_{transport}, clock_{clock}, warn_{std::move(warn)}, trouble_{std::move(trouble)},
      waiting_{Spool::peek(settings.spool.directory)} {}

std::optional<Failure> WaitingEntries::deliver_older(Instant time, Deadline deadline,
                                                     EventCounts& sent) {
  const Instant limit = time - longest_behind;
  if (!waiting_ || waiting_->bytes == 0 || waiting_->bytes > most_bytes_searched ||
      waiting_->oldest >= limit) {
    return std::nullopt;
  }
  std::optional<Failure> failure = drain_once(deadline, settings_.retries, sent);
  try {
    if (!spooler_.has_waiting_before(limit)) {
      return std::nullopt;
    }
  } catch (const Failure& of_spool) {
    trouble_(of_spool.text());
    return std::nullopt;
  }
  if (failure && spooler_.keeps(*failure)) {
    return failure;
  }
  return Failure{ExitCode::tempfail, "events that are more than 50 minutes older wait for the same "
                                     "receiver and are sent first"};
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
                                            .asks_later = true,
                                            .confirms = settings_.confirm},
                                   .most_entries = most_entries_drained,
                                   .only = spooler_.destination()},
                                  find_routes_, transport_, clock_,
                                  {warn_, [](const std::string&) {}, [](const Drained&) {}});
    sent.repeated += drained.counts.repeated;
    return drained.failure;
  } catch (...) { // of the spool, or of memory
    trouble_(current_failure().text());
    return std::nullopt;
  }
}

} // namespace metrics_event
