#include "delivery/drain.hpp"

#include "base/text.hpp"
#include "delivery/doubts.hpp"
#include "delivery/next_push.hpp"
#include "delivery/receivers.hpp"
#include "loki/push.hpp"

#include <algorithm>
#include <list>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

constexpr std::size_t most_names = 40'000; // read at a time, to bound the memory
constexpr std::size_t most_names_of_limited = 1000;
constexpr std::size_t most_pushes = 8;      // gathered at a time, to bound the memory
constexpr std::size_t longest_name = 80;    // of an event in a message, in bytes
constexpr std::uint64_t most_warnings = 10; // about refused entries

// Returns true when the file itself is at fault: it is a symbolic link, a socket, too large, or not
// readable by us.
bool is_about_file(const std::error_code& error) {
  return error == std::errc::too_many_symbolic_link_levels || error == std::errc::file_too_large ||
         error == std::errc::no_such_device_or_address || error == std::errc::permission_denied;
}

class Drain {
public:
  Drain(Spool& spool, const DrainLimits& limits, const FindRoutes& find_routes,
        const Transport& transport, Clock& clock, const DrainListener& listener)
      : spool_{spool}, limits_{limits}, clock_{clock}, listener_{listener},
        receivers_{find_routes, limits.push, transport, clock}, doubts_{spool, listener.warn} {
    if (limits.push.confirms) {
      drained_.counts.confirmed = 0;
    }
  }

  Drained run() {
    const std::size_t window = is_limited() ? most_names_of_limited : most_names;
    std::string last;
    std::vector<std::string> names;
    try {
      while (!is_over() && !(names = spool_.names(Box::waiting, last, window)).empty()) {
        last = names.back();
        doubts_.learn(names, names.size() < window);
        work_through(names);
        is_done_ = is_limited();
      }
      doubts_.finish();
    } catch (const Failure& failure) { // the spool itself failed
      fail(failure);
    }
    return std::move(drained_);
  }

private:
  bool is_limited() const { return limits_.most_entries != 0; }
  bool is_over() { return is_done_ || metrics_event::is_over(limits_.push, clock_); }

  bool is_stopped(const Destination& destination) const {
    return receivers_.is_stopped(destination) || (limits_.only && *limits_.only != destination);
  }

  void work_through(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (is_over()) {
        return;
      }
      const bool was_sent = doubts_.was_sent(name);
      auto record = read(name);
      if (record && !is_stopped(record->destination)) {
        gather(name, *std::move(record), was_sent);
      }
    }
    while (!pushes_.empty()) {
      send(pushes_.begin());
    }
  }

  // Adds an entry to the push of its destination. A push that is full is sent; so is the oldest
  // when too many are gathered, to bound the memory.
  void gather(const std::string& name, SpoolRecord record, bool was_sent) {
    auto next = std::ranges::find_if(
        pushes_, [&record](const NextPush& push) { return push.is_for(record); });
    if (next == pushes_.end() && pushes_.size() == most_pushes) {
      send(pushes_.begin());
    } else if (next != pushes_.end() && !next->room.takes(record.entry)) {
      send(next);
      next = pushes_.end();
    }
    if (next == pushes_.end()) {
      const PushRoom room{is_limited() ? limits_.most_entries : most_entries_a_push};
      next = pushes_.insert(next, {record.destination, room});
      next->room.takes(record.entry);
    }
    next->recorded.push_back(record.doubt);
    next->doubts.push_back(was_sent && record.doubt == Doubt::none ? Doubt::possibly_stored
                                                                   : record.doubt);
    next->entries.push_back(std::move(record.entry));
    next->names.push_back(name);
    next->are_restamped.push_back(record.is_restamped);
  }

  // Returns nothing when the entry is gone, cannot be read or was set aside.
  std::optional<SpoolRecord> read(const std::string& name) {
    const auto text = spool_.read(Box::waiting, name);
    if (!text && text.error() == std::errc::no_such_file_or_directory) {
      return std::nullopt;
    }
    if (!text && !is_about_file(text.error())) {
      fail({ExitCode::cantcreat, "cannot read the entry " + quote(name) + " in the spool " +
                                     quote_path(spool_.path()) + ": " +
                                     system_words(text.error())});
      return std::nullopt;
    }
    auto record = record_of(text);
    if (record) {
      return *std::move(record);
    }
    if (moves([&] { spool_.set_aside(name, record.error()); })) {
      drained_.set_aside += 1;
      listener_.warn("a file in the spool is no entry and is set aside as " +
                     quote_path(spool_.path() + "/refused/" + name) + ": " + record.error());
    }
    return std::nullopt;
  }

  // Returns false when the spool cannot move an entry, for example because the disk is full. The
  // entry then stays where it is and does not hold up the others.
  template <class Move>
  bool moves(Move&& move) {
    try {
      move();
      return true;
    } catch (const Failure& failure) {
      fail(failure);
      return false;
    }
  }

  // Records a failure. One that needs action takes precedence over one that may pass; the others
  // become warnings.
  void fail(const Failure& failure) {
    const bool is_first = !drained_.failure;
    const bool counts_more =
        !is_first && may_pass(drained_.failure->code()) && !may_pass(failure.code());
    if (!is_first) {
      listener_.warn(counts_more ? drained_.failure->text() : failure.text());
    }
    if (is_first || counts_more) {
      drained_.failure = failure;
    }
  }

  // Sends a gathered push, unless its destination has been stopped in the meantime.
  void send(std::list<NextPush>::iterator begun) {
    const NextPush next = std::move(*begun);
    pushes_.erase(begun);
    if (is_over() || is_stopped(next.destination)) {
      return;
    }
    is_done_ = is_limited();
    if (Pusher* const pusher = find_pusher(next.destination)) {
      push(*pusher, next);
    }
  }

  void push(Pusher& pusher, const NextPush& next) {
    doubts_.note_sending(next.names);
    pusher.push(next.destination.org_id, next.entries, next.doubts, [&](const Pushed& pushed) {
      switch (pushed.fate) {
      case Pushed::Fate::accepted: remove(next, pushed); break;
      case Pushed::Fate::refused: refuse(next, pushed); break;
      case Pushed::Fate::stopped:
        receivers_.stop(next.destination, pushed.delivery.judgement.is_about_tenant);
        [[fallthrough]];
      case Pushed::Fate::left: leave(next, pushed); break;
      }
      listener_.progress(drained_);
    });
  }

  // Returns the pusher for a receiver, or null when there is no route to it.
  Pusher* find_pusher(const Destination& destination) {
    try {
      return &receivers_.pusher_for(destination.url);
    } catch (const Failure& failure) {
      receivers_.stop(destination, false);
      fail(failure);
      return nullptr;
    }
  }

  static std::span<const std::string> names_of(const NextPush& next, const Pushed& pushed) {
    return std::span{next.names}.subspan(pushed.first, pushed.count);
  }

  void remove(const NextPush& next, const Pushed& pushed) {
    const Delivery& delivery = pushed.delivery;
    listener_.note("delivered " + std::to_string(pushed.count) + " to " +
                   redacted_url(next.destination.url) + ": " +
                   (delivery.judgement.code == ExitCode::ok && delivery.http_status != 0
                        ? "HTTP status " + std::to_string(delivery.http_status) + " in " +
                              std::to_string(delivery.elapsed.count()) + " ms"
                        : "found by a query"));
    Pushed one = pushed;
    one.count = 1;
    for (const std::string& name : names_of(next, pushed)) {
      try {
        spool_.remove(Box::waiting, name);
      } catch (const Failure& failure) {
        throw Failure{failure.code(), failure.text() + "; it is delivered, and is asked for before "
                                                       "it is sent again"};
      }
      doubts_.forget(name);
      drained_.counts.add(one);
    }
  }

  void refuse(const NextPush& next, const Pushed& pushed) {
    drained_.counts.add(pushed);
    for (std::size_t i = pushed.first; i < pushed.first + pushed.count; ++i) {
      const std::string& name = next.names[i];
      if (moves([&] { refuse(next, i, pushed); })) {
        doubts_.forget(name);
      } else {
        doubts_.note(name, pushed.doubt);
      }
    }
  }

  // Throws Failure when the entry cannot be moved.
  void refuse(const NextPush& next, std::size_t index, const Pushed& pushed) {
    const Judgement& judgement = pushed.delivery.judgement;
    const Entry& entry = next.entries[index];
    const std::string& name = next.names[index];
    if (judgement.is_about_age && !next.are_restamped[index]) {
      // The new time puts the entry after the others, or it would leave them too far behind for
      // Loki.
      last_stamp_ = std::max(clock_.now(), last_stamp_ + std::chrono::nanoseconds{1});
      SpoolRecord renewed{next.destination, entry, true};
      renewed.entry.time = last_stamp_;
      spool_.replace(name, renewed);
      // It may be stored under its old time.
      drained_.counts.repeated += pushed.doubt == Doubt::possibly_stored ? 1 : 0;
      return;
    }
    spool_.set_aside(name, judgement.message);
    drained_.counts.refused += 1;
    if (drained_.counts.refused > most_warnings) {
      return; // the refused entries are in refused/ with their reasons
    }
    listener_.warn(next.destination.url + " refuses " + printable(event_of(entry), longest_name) +
                   ", which is kept as " + quote_path(spool_.path() + "/refused/" + name) + ": " +
                   judgement.message);
  }

  // Leaves entries where they are. What asking has told of them goes into their records, unless the
  // file `sending` says it already.
  void leave(const NextPush& next, const Pushed& pushed) {
    const Delivery& delivery = pushed.delivery;
    drained_.counts.add(pushed);
    for (std::size_t i = pushed.first; i < pushed.first + pushed.count; ++i) {
      std::string name = next.names[i];
      doubts_.note(name, pushed.doubt);
      const Doubt recorded = next.recorded[i];
      const bool is_in_file = pushed.doubt == Doubt::possibly_stored && recorded == Doubt::none;
      if (pushed.doubt != recorded && !is_in_file) {
        const SpoolRecord record{next.destination, next.entries[i], next.are_restamped[i],
                                 pushed.doubt};
        moves([&] { name = spool_.replace(name, record); });
      }
      spool_.count_attempts(name, delivery.attempts);
    }
    drained_.retry_after = std::max(drained_.retry_after, delivery.retry_after);
    if (delivery.judgement.code != ExitCode::ok) {
      drained_.may_pass = drained_.may_pass || may_pass(delivery.judgement.code);
      fail(undelivered("what waits for " + shown(next.destination), delivery.judgement,
                       pushed.doubt == Doubt::possibly_stored));
    }
  }

  Spool& spool_;
  const DrainLimits& limits_;
  Clock& clock_;
  const DrainListener& listener_;
  Receivers receivers_;
  std::list<NextPush> pushes_; // gathered and not yet sent, the oldest first
  bool is_done_ = false; // true once a limited drain has sent its push or seen its first names
  Doubts doubts_;
  Instant last_stamp_{};
  Drained drained_;
};

} // namespace

Drained drain(Spool& spool, const DrainLimits& limits, const FindRoutes& find_routes,
              const Transport& transport, Clock& clock, const DrainListener& listener) {
  return Drain{spool, limits, find_routes, transport, clock, listener}.run();
}

} // namespace metrics_event
