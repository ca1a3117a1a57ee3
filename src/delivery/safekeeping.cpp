#include "delivery/safekeeping.hpp"

#include <array>
#include <chrono>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_unkept = 150ms; // leaves 100 ms for the disk

} // namespace

Safekeeping::Safekeeping(Spooler& spooler, const Entry& entry, const Transport& transport,
                         Clock& clock)
    : spooler_{spooler}, entry_{entry}, watched_{[this, &transport](const Request& request,
                                                                    Deadline deadline) {
        const bool was_sent = std::exchange(may_be_sent_, true);
        Reply reply = transport(request, deadline);
        may_be_sent_ = was_sent || reply.trouble == Trouble::none || reply.is_sent;
        return reply;
      }},
      pausing_{clock, [this] { hold(); }}, reminder_{clock.steady_now() + longest_unkept,
                                                     [this] { hold(); }} {}

void Safekeeping::hold() {
  if (held_) {
    return;
  }
  try {
    held_ = spooler_.hold(entry_, may_be_sent_ ? Doubt::possibly_stored : Doubt::none);
  } catch (const Failure&) { // when the delivery fails, `keep` says so
  }
}

void Safekeeping::keep(int attempts, Doubt doubt) {
  if (held_) {
    spooler_.give_up(*std::exchange(held_, std::nullopt), entry_, attempts, doubt);
  } else {
    const std::array doubts{doubt};
    spooler_.keep({&entry_, 1}, doubts, doubt, attempts);
  }
}

void Safekeeping::let_go() {
  if (held_) {
    spooler_.let_go(*std::exchange(held_, std::nullopt));
  }
}

} // namespace metrics_event
