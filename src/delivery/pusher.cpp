#include "delivery/pusher.hpp"

#include "delivery/retry.hpp"
#include "loki/status.hpp"
#include "system/signals.hpp"

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;
using Fate = Pushed::Fate;

constexpr std::size_t most_bytes_unasked = 64UL * 1024; // of lines, where asking is impossible
// An absence proves something only so long after a time-out or a kill: the receiver may still be
// about to store the push.
constexpr std::chrono::milliseconds settling_time = 500ms;

} // namespace

bool is_over(const PushLimits& limits, Clock& clock) {
  return noted_signal() != 0 || clock.steady_now() >= limits.ends;
}

Pusher::Pusher(Routes routes, const PushLimits& limits, const Transport& transport, Clock& clock)
    : limits_{limits}, clock_{clock}, poster_{std::move(routes.push), limits.is_single, transport},
      asker_{std::move(routes.query), transport, clock}, begun_{clock.steady_now()} {}

// The work on the entries of one call. They are divided into parts, of which each is sent, asked
// for or settled by itself. A stack has the parts that are not settled, the first one on top.
class Pusher::Work {
public:
  Work(Pusher& pusher, const std::string& org_id, std::span<const Entry> entries,
       const std::function<void(const Pushed&)>& listener)
      : pusher_{pusher}, limits_{pusher.limits_}, clock_{pusher.clock_}, asker_{pusher.asker_},
        org_id_{org_id}, entries_{entries}, listener_{listener} {}

  void run(std::span<const Doubt> doubts) {
    parts_.push_back({.end = entries_.size()});
    if (!doubts.empty()) {
      divide([&](std::size_t i) {
        return Part{.step = doubts[i] == Doubt::none ? Step::send : Step::ask,
                    .doubt = doubts[i],
                    // Whoever sent it may have been killed just now, with the push on its way.
                    .sent = pusher_.begun_ + settling_time};
      });
    }
    while (!parts_.empty() && !is_stopped_ && !is_over(limits_, clock_)) {
      take_step();
    }
    while (!parts_.empty()) {
      if (part().step == Step::confirm) { // there was no time to ask
        part() = after_asking(part(), Stored::unknown, "", limits_.asks_later);
      }
      settle(part().step == Step::accept   ? Fate::accepted
             : part().step == Step::refuse ? Fate::refused
                                           : Fate::left);
    }
  }

private:
  Part& part() { return parts_.back(); }
  const Part& part() const { return parts_.back(); }
  std::size_t count() const { return part().end - first_; }
  std::span<const Entry> entries() const { return entries_.subspan(first_, count()); }
  Deadline deadline() const {
    return std::min(part().started + part().waited + limits_.timeout, limits_.ends);
  }
  bool can_ask() const { return asker_.is_possible(org_id_); }
  // A single event ends with its time, and a drain never waits.
  bool waits_longer() const { return !limits_.is_single && !limits_.asks_later; }

  void take_step() {
    if (part().started == Deadline{}) {
      part().started = clock_.steady_now();
    }
    switch (part().step) {
    case Step::send: send(); break;
    case Step::decide: decide(); break;
    case Step::ask:
    case Step::confirm: ask(); break;
    case Step::accept: settle(Fate::accepted); break;
    case Step::refuse: settle(Fate::refused); break;
    case Step::leave: settle(Fate::left); break;
    case Step::stop:
      is_stopped_ = true;
      settle(Fate::stopped);
      break;
    }
  }

  void settle(Fate fate) {
    listener_({fate, first_, count(), std::move(part().delivery), part().doubt, part().repeats,
               part().is_confirmed});
    first_ = part().end;
    parts_.pop_back();
  }

  // Replaces the part by parts of consecutive entries for which `part_of(index)` is the same.
  template <class PartOf>
  void divide(PartOf&& part_of) {
    const std::size_t end = part().end;
    parts_.pop_back();
    const std::size_t below = parts_.size();
    for (std::size_t i = first_; i < end; ++i) {
      Part one = part_of(i);
      if (parts_.size() == below || !part().is_like(one)) {
        parts_.push_back(std::move(one));
      }
      part().end = i + 1;
    }
    std::reverse(parts_.begin() + static_cast<std::ptrdiff_t>(below), parts_.end());
  }

  // Makes the first `size` entries a part of their own. Both parts begin anew, as pushes with time
  // and attempts of their own.
  void cut(std::size_t size) {
    part() = {.end = part().end, .doubt = part().doubt, .repeats = part().repeats};
    parts_.push_back(part());
    part().end = first_ + size;
  }

  // Returns how many of the entries may go in one push.
  std::size_t most_at_once() const {
    if (count() > pusher_.most_entries_) {
      return count() / 2;
    }
    if (can_ask()) {
      return count();
    }
    std::size_t fitting = 1;
    std::size_t size = entries()[0].line.size();
    while (fitting < count() && (size += entries()[fitting].line.size()) <= most_bytes_unasked) {
      ++fitting;
    }
    return fitting;
  }

  void send() {
    if (const std::size_t most = most_at_once(); most < count()) {
      cut(most);
      return;
    }
    const bool was_suspect = part().suspects_gzip;
    Poster& poster = pusher_.poster_;
    const Reply reply = poster.post(org_id_, entries(), deadline());
    note(reply);
    const Judgement& judgement = part().delivery.judgement;
    const bool is_ambiguous = judgement.ending == Ending::ambiguous;
    const bool may_be_stored = is_ambiguous || judgement.ending == Ending::accepted;
    // When the push is refused without compression as well, the compressed one was understood.
    const bool is_repeated = (may_be_stored && part().doubt == Doubt::possibly_stored) ||
                             (is_ambiguous && was_suspect && part().doubt == Doubt::none);
    part().repeats += is_repeated ? 1 : 0;
    part().suspects_gzip = poster.may_be_refused_as_gzip(reply) && !judgement.oldest_accepted;
    if (part().suspects_gzip) {
      poster.note_gzip(false);
    }
    if (judgement.ending == Ending::accepted) {
      const bool is_to_confirm = limits_.confirms || part().doubt == Doubt::unconfirmed;
      part().step = is_to_confirm ? Step::confirm : Step::accept;
      part().sent = clock_.steady_now();
    } else if (part().suspects_gzip && !(is_ambiguous && can_ask())) {
      part().step = Step::send; // not compressed
    } else if (is_ambiguous && !divide_by_age()) {
      become_doubtful(part().suspects_gzip ? Step::send : Step::decide);
      if (reply.trouble == Trouble::timed_out) {
        part().sent += settling_time;
        // The time of the push is used up, so asking has as much again.
        part().waited += waits_longer() ? settling_time + limits_.timeout : 0ms;
      }
    } else if (!is_ambiguous) {
      part().step = Step::decide;
    }
  }

  void note(const Reply& reply) {
    const Deadline now = clock_.steady_now();
    Delivery& delivery = part().delivery;
    delivery.judgement = judge(reply, count());
    if (delivery.judgement.code == ExitCode::noperm) {
      delivery.judgement.message += pusher_.poster_.route().hint;
    }
    delivery.http_status = reply.status;
    delivery.attempts += 1;
    delivery.elapsed = whole_milliseconds(now - part().started);
    delivery.retry_after =
        retry_after(reply, std::chrono::floor<std::chrono::seconds>(clock_.now()));
  }

  void become_doubtful(Step next) {
    part().doubt = Doubt::possibly_stored;
    part().step = Step::ask;
    part().next = next;
    part().sent = clock_.steady_now();
  }

  // When the answer to a push of many names the oldest entry time that the receiver accepts, the
  // older entries are refused, and the others are in doubt: Loki stores them. Returns false when
  // that settles nothing. A time in whole seconds is rounded down. When there are no older entries,
  // some of that second are refused, and asking shows which of them Loki has stored.
  bool divide_by_age() {
    const auto& oldest = part().delivery.judgement.oldest_accepted;
    if (!oldest) {
      return false;
    }
    const auto is_before = [this](Instant time) {
      return std::ranges::any_of(entries(), [&](const Entry& one) { return one.time < time; });
    };
    const bool has_older = is_before(*oldest);
    const Instant limit = has_older ? *oldest : *oldest + 1s;
    if (!is_before(limit)) {
      return false;
    }
    Part newer = part();
    newer.step = Step::ask;
    newer.next = Step::send;
    newer.doubt = Doubt::possibly_stored;
    newer.sent = clock_.steady_now();
    Part older = has_older ? part() : newer;
    (has_older ? older.step : older.next) = Step::refuse;
    divide([&](std::size_t i) { return entries_[i].time < limit ? older : newer; });
    return true;
  }

  // Decides what follows an attempt that failed and left nothing to ask for.
  void decide() {
    Delivery& delivery = part().delivery;
    const Judgement& judgement = delivery.judgement;
    const Deadline now = clock_.steady_now();
    const Plan plan = plan_retry({.worth_a_retry = judgement.worth_a_retry,
                                  .attempts = delivery.attempts,
                                  .time_left = whole_milliseconds(deadline() - now),
                                  .retry_after = delivery.retry_after,
                                  .random = clock_.random()},
                                 limits_.retries);
    // Loki sends no Retry-After when a push exceeds its rate, and may accept smaller pushes if
    // waiting does not help. A receiver that does send one has said when to come again.
    const bool is_too_much = delivery.http_status == too_many_requests && judgement.worth_a_retry &&
                             plan.step != Plan::Step::try_again && !delivery.retry_after &&
                             limits_.retries > 0;
    if (count() > 1 && (is_too_much || is_refused(judgement.code))) {
      if (is_too_much) {
        pusher_.most_entries_ = count() / 2;
      }
      cut(count() / 2);
      return;
    }
    if (plan.step == Plan::Step::too_late && delivery.retry_after &&
        delivery.retry_after >= plan.wait) {
      delivery.judgement.message +=
          ", it asks for a wait of " + duration_text(*delivery.retry_after);
    }
    const bool goes_on = plan.step == Plan::Step::try_again && clock_.sleep_until(now + plan.wait);
    part().step = goes_on ? Step::send : is_refused(judgement.code) ? Step::refuse : Step::stop;
  }

  // Asks for entries in doubt, or for entries that were accepted just now.
  void ask() {
    Part asked = part();
    const bool confirms = asked.step == Step::confirm;
    const bool has_longer = waits_longer() || (confirms && limits_.is_single);
    const std::chrono::milliseconds longer =
        has_longer ? asker_.blind_time() + (confirms ? 0ms : settling_time) : 0ms;
    const Deadline begun = clock_.steady_now();
    const std::vector<Stored> stored =
        asker_.ask(org_id_, entries(), asked.sent, deadline() + longer,
                   confirms             ? Asker::Until::found
                   : limits_.asks_later ? Asker::Until::answered
                                        : Asker::Until::certain);
    asked.waited += std::min<Deadline::duration>(clock_.steady_now() - begun, longer);
    if (asked.suspects_gzip && std::ranges::find(stored, Stored::found) != stored.end()) {
      pusher_.poster_.note_gzip(true);
    }
    const std::size_t first = first_;
    divide([&](std::size_t i) {
      return after_asking(asked, stored[i - first], asker_.trouble(), limits_.asks_later);
    });
  }

  Pusher& pusher_;
  const PushLimits& limits_;
  Clock& clock_;
  Asker& asker_;
  const std::string& org_id_;
  const std::span<const Entry> entries_;
  const std::function<void(const Pushed&)>& listener_;
  std::vector<Part> parts_;
  std::size_t first_ = 0; // index of the first entry that is not settled
  bool is_stopped_ = false;
};

void Pusher::push(const std::string& org_id, std::span<const Entry> entries,
                  std::span<const Doubt> doubts,
                  const std::function<void(const Pushed&)>& listener) {
  if (!entries.empty()) {
    Work{*this, org_id, entries, listener}.run(doubts);
  }
}

} // namespace metrics_event
