#include "delivery/drain.hpp"

#include "base/text.hpp"
#include "delivery/doubts.hpp"
#include "delivery/next_push.hpp"
#include "delivery/settlement.hpp"
#include "system/file_kind.hpp"

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <list>
#include <optional>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

constexpr std::uint64_t most_entries_met = 1000; // by a limited drain, not all of them to be sent
constexpr std::size_t most_pushes = 8; // gathered at a time; this and the next bound the memory
constexpr std::size_t most_bytes_gathered = 4UL * 1024 * 1024; // of the files

// Returns true when the file itself is at fault: it is not a regular one, too large, or not
// readable by us.
bool is_about_file(const std::error_code& error) {
  return is_file_kind(error) || error == std::errc::file_too_large ||
         error == std::errc::permission_denied;
}

class Drain {
public:
  Drain(LockedSpool& spool, const DrainLimits& limits, const FindRoutes& find_routes,
        const Transport& transport, Clock& clock, const DrainListener& listener)
      : spool_{spool}, limits_{limits}, clock_{clock}, listener_{listener}, receivers_{find_routes,
                                                                                       limits.push,
                                                                                       transport,
                                                                                       clock},
        doubts_{spool, listener.warn}, stamps_{clock} {
    if (limits.push.confirms) {
      drained_.counts.confirmed = 0;
    }
  }

  Drained run() {
    try {
      if (const auto failure = spool_.take_over()) {
        fail(*failure);
      }
      look();
      while (!is_over() && !(names_.empty() && pushes_.empty())) {
        if (names_.empty()) {
          send(pushes_.begin());
        } else {
          const SpoolName name = names_.front();
          names_.pop_front();
          take(name);
        }
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

  void fail(const Failure& failure) { drained_.fail(failure, listener_.warn); }

  // Learns what waits, in one pass over the names.
  void look() {
    SpoolListing listing =
        spool_.list(is_limited() ? most_entries_met : std::numeric_limits<std::uint64_t>::max());
    names_ = std::move(listing.names);
    for (const std::string& file : listing.others) {
      drained_.left += 1;
      if (const auto record = read(file, 1)) {
        const SpoolName name = spool_.adopt(file, *record);
        names_.insert(std::ranges::upper_bound(names_, name, std::less<>{}), name);
        drained_.left -= 1;
      }
    }
    for (const SpoolName& name : names_) {
      drained_.left += name.entries;
    }
    if (!is_limited()) {
      doubts_.retain(names_);
    }
  }

  // Adds a record to the push of its destination and stream.
  void take(const SpoolName& name) {
    const bool was_sent = doubts_.was_sent(name);
    auto record = read(name.text(), name.entries);
    if (record) { // whoever has renamed the file may have changed what its name says
      drained_.left = drained_.left - name.entries + record->entries.size();
    }
    if (record && !is_stopped(record->destination)) {
      gather(name, *record, was_sent);
    }
  }

  // Returns nothing when the file is gone, cannot be read or was set aside. Its name says that it
  // has so many entries.
  std::optional<SpoolRecord> read(const std::string& file, std::uint64_t entries) {
    const std::error_code error = spool_.spool().read(Box::waiting, file, text_);
    if (error == std::errc::no_such_file_or_directory) {
      drained_.left -= entries;
      return std::nullopt;
    }
    if (error && !is_about_file(error)) {
      fail({ExitCode::cantcreat, "cannot read the entry " + quote(file) + " in the spool " +
                                     quote_path(spool_.spool().path()) + ": " +
                                     system_words(error)});
      return std::nullopt;
    }
    auto record = error ? DecodedRecord{system_words(error)} : decode_record(text_);
    if (record) {
      return *std::move(record);
    }
    if (set_aside(file, record.error())) {
      drained_.left -= entries;
    }
    return std::nullopt;
  }

  // A push that is full is sent; so is the oldest when too much is gathered. The lines of the
  // record are moved.
  void gather(const SpoolName& name, SpoolRecord& record, bool was_sent) {
    const auto next = std::ranges::find_if(
        pushes_, [&record](const NextPush& push) { return push.is_for(record); });
    if (next != pushes_.end() && next->takes(name, record, was_sent)) {
      gathered_ += name.size;
    } else {
      if (next != pushes_.end()) {
        send(next);
      }
      const std::size_t most = is_limited() ? limits_.most_entries : most_entries_a_push;
      pushes_.push_back({record.destination, PushRoom{most}});
      pushes_.back().takes(name, record, was_sent);
      gathered_ += name.size;
    }
    while (!is_done_ && (pushes_.size() > most_pushes || gathered_ > most_bytes_gathered)) {
      send(pushes_.begin());
    }
  }

  // Returns false when the file cannot be moved. It then stays where it is and does not hold up the
  // others.
  bool set_aside(const std::string& file, const std::string& reason) {
    try {
      spool_.set_aside(file, reason);
    } catch (const Failure& failure) {
      fail(failure);
      return false;
    }
    drained_.set_aside += 1;
    listener_.warn("a file in the spool is not an entry and was set aside as " +
                   quote_path(spool_.spool().path() + "/refused/" + file) + ": " + reason);
    return true;
  }

  // Sends a gathered push, unless its destination has been stopped in the meantime.
  void send(std::list<NextPush>::iterator begun) {
    const NextPush next = std::move(*begun);
    pushes_.erase(begun);
    for (const RecordInPush& record : next.records) {
      gathered_ -= record.name.size;
    }
    if (is_over() || is_stopped(next.destination)) {
      return;
    }
    is_done_ = is_limited();
    if (Pusher* const pusher = find_pusher(next.destination)) {
      push(*pusher, next);
    }
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

  void push(Pusher& pusher, const NextPush& next) {
    std::vector<SpoolName> names(next.records.size());
    std::ranges::transform(next.records, names.begin(), &RecordInPush::name);
    doubts_.note_sending(names);
    Settlement settlement{spool_, next, doubts_, stamps_, drained_, listener_};
    pusher.push(next.destination.org_id, next.entries, next.doubts, [&](const Pushed& pushed) {
      if (pushed.fate == Pushed::Fate::stopped) {
        receivers_.stop(next.destination, pushed.delivery.judgement.is_about_tenant);
      }
      settlement.note(pushed);
    });
    names_.insert(names_.end(), settlement.restamped().begin(), settlement.restamped().end());
  }

  LockedSpool& spool_;
  const DrainLimits& limits_;
  Clock& clock_;
  const DrainListener& listener_;
  Receivers receivers_;
  std::deque<SpoolName> names_; // of the records that come next, the oldest first
  std::list<NextPush> pushes_;  // gathered and not yet sent, the oldest first
  std::uint64_t gathered_ = 0;  // the size of their files in bytes
  bool is_done_ = false;        // true once a limited drain has sent its push
  Doubts doubts_;
  Stamps stamps_;
  std::string text_; // of the file read last, kept to reuse its memory
  Drained drained_;
};

} // namespace

Drained drain(LockedSpool& spool, const DrainLimits& limits, const FindRoutes& find_routes,
              const Transport& transport, Clock& clock, const DrainListener& listener) {
  return Drain{spool, limits, find_routes, transport, clock, listener}.run();
}

} // namespace metrics_event
