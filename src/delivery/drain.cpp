#include "delivery/drain.hpp"

#include "base/text.hpp"
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

// A file of the spool whose entry is being delivered.
struct WaitingFile {
  std::string name;
  bool is_restamped = false;
};

// The entries of one push, which belong to one stream, and their files and doubts at the same
// indices.
struct NextPush {
  Destination destination;
  PushRoom room; // the room left beside the entries
  std::vector<Entry> entries{};
  std::vector<WaitingFile> files{};
  std::vector<Doubt> doubts{};

  bool takes(const SpoolRecord& record) const {
    return destination == record.destination && entries.front().labels == record.entry.labels;
  }
};

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
      : spool_{spool}, limits_{limits}, find_routes_{find_routes},
        transport_{transport}, clock_{clock}, listener_{listener}, in_doubt_{spool.sending()} {
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
        work_through(names);
        is_done_ = is_limited();
      }
    } catch (const Failure& failure) { // the spool itself failed
      fail(failure);
    }
    return std::move(drained_);
  }

private:
  bool is_limited() const { return limits_.most_entries != 0; }
  bool is_over() { return is_done_ || metrics_event::is_over(limits_.push, clock_); }

  bool is_stopped(const Destination& destination) const {
    return stopped_urls_.contains(destination.url) || stopped_.contains(destination) ||
           (limits_.only && *limits_.only != destination);
  }

  void work_through(const std::vector<std::string>& names) {
    for (const std::string& name : names) {
      if (is_over()) {
        return;
      }
      auto record = read(name);
      if (record && !is_stopped(record->destination)) {
        gather(name, *std::move(record));
      }
    }
    while (!pushes_.empty()) {
      send(pushes_.begin());
    }
  }

  // Adds an entry to the push of its destination. A push that is full is sent; so is the oldest
  // when too many are gathered, to bound the memory.
  void gather(const std::string& name, SpoolRecord record) {
    auto next = std::ranges::find_if(
        pushes_, [&record](const NextPush& push) { return push.takes(record); });
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
    const bool was_sending = record.doubt == Doubt::none && in_doubt_.contains(stem_of(name));
    next->doubts.push_back(was_sending ? Doubt::possibly_stored : record.doubt);
    next->entries.push_back(std::move(record.entry));
    next->files.push_back({name, record.is_restamped});
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
    Pusher* const pusher = find_pusher(next.destination.url);
    if (pusher == nullptr) {
      return;
    }
    note_sending(next);
    pusher->push(next.destination.org_id, next.entries, next.doubts, [&](const Pushed& pushed) {
      switch (pushed.fate) {
      case Pushed::Fate::accepted: remove(next, pushed); break;
      case Pushed::Fate::refused: refuse(next, pushed); break;
      case Pushed::Fate::stopped: stop(next, pushed); break;
      case Pushed::Fate::left: leave(next, pushed); break;
      }
      listener_.progress(drained_);
    });
  }

  // Records what a push carries. A spool that cannot take that, because the disk is full, must be
  // emptied all the same.
  void note_sending(const NextPush& next) {
    std::vector<std::string> names;
    for (const WaitingFile& file : next.files) {
      names.push_back(file.name);
    }
    try {
      spool_.note_sending(names, !in_doubt_.empty());
    } catch (const Failure& failure) {
      if (!std::exchange(is_warned_, true)) {
        listener_.warn(failure.text() + "; if this flush is killed, events may be stored twice");
      }
    }
  }

  // Notes the doubt that a push leaves, or that it leaves none.
  void note_doubt(const NextPush& next, const Pushed& pushed) {
    for (const WaitingFile& file : files_of(next, pushed)) {
      if (pushed.doubt == Doubt::none) {
        in_doubt_.erase(std::string{stem_of(file.name)});
      } else {
        in_doubt_.emplace(stem_of(file.name));
      }
    }
  }

  // Returns the pusher for a receiver, or null when there is no route to it.
  Pusher* find_pusher(const std::string& url) {
    const auto known = pushers_.find(url);
    if (known != pushers_.end()) {
      return &known->second;
    }
    try {
      Pusher pusher{find_routes_(url), limits_.push, transport_, clock_};
      return &pushers_.emplace(url, std::move(pusher)).first->second;
    } catch (const Failure& failure) {
      stopped_urls_.insert(url);
      fail(failure);
      return nullptr;
    }
  }

  static std::span<const WaitingFile> files_of(const NextPush& next, const Pushed& pushed) {
    return std::span{next.files}.subspan(pushed.first, pushed.count);
  }

  void remove(const NextPush& next, const Pushed& pushed) {
    const Delivery& delivery = pushed.delivery;
    listener_.note("delivered " + std::to_string(pushed.count) + " to " +
                   redacted_url(next.destination.url) +
                   (delivery.http_status == 0
                        ? ": a query found it"
                        : ": HTTP status " + std::to_string(delivery.http_status) + " in " +
                              std::to_string(delivery.elapsed.count()) + " ms"));
    for (const WaitingFile& file : files_of(next, pushed)) {
      try {
        spool_.remove(Box::waiting, file.name);
      } catch (const Failure& failure) {
        throw Failure{failure.code(), failure.text() + "; it is delivered, and will be again"};
      }
      in_doubt_.erase(std::string{stem_of(file.name)});
    }
    drained_.counts.add(pushed);
  }

  void refuse(const NextPush& next, const Pushed& pushed) {
    for (std::size_t i = pushed.first; i < pushed.first + pushed.count; ++i) {
      refuse(next, i, pushed);
    }
    note_doubt(next, pushed);
  }

  void refuse(const NextPush& next, std::size_t index, const Pushed& pushed) {
    const Judgement& judgement = pushed.delivery.judgement;
    const Entry& entry = next.entries[index];
    const WaitingFile& file = next.files[index];
    if (judgement.is_about_age && !file.is_restamped) {
      // The new time puts the entry after the others, or it would leave them too far behind for
      // Loki.
      last_stamp_ = std::max(clock_.now(), last_stamp_ + std::chrono::nanoseconds{1});
      SpoolRecord renewed{next.destination, entry, true};
      renewed.entry.time = last_stamp_;
      if (moves([&] { spool_.replace(file.name, renewed); }) &&
          pushed.doubt == Doubt::possibly_stored) {
        drained_.counts.repeated += 1; // it may be stored under its old time
      }
      return;
    }
    if (!moves([&] { spool_.set_aside(file.name, judgement.message); })) {
      return;
    }
    drained_.counts.refused += 1;
    if (drained_.counts.refused > most_warnings) {
      return; // the refused entries are in refused/ with their reasons
    }
    listener_.warn(next.destination.url + " refuses " + printable(event_of(entry), longest_name) +
                   ", which is kept as " + quote_path(spool_.path() + "/refused/" + file.name) +
                   ": " + judgement.message);
  }

  void stop(const NextPush& next, const Pushed& pushed) {
    const Delivery& delivery = pushed.delivery;
    const Judgement& judgement = delivery.judgement;
    if (judgement.is_about_tenant) {
      stopped_.insert(next.destination);
    } else {
      stopped_urls_.insert(next.destination.url);
    }
    leave(next, pushed);
    for (const WaitingFile& file : files_of(next, pushed)) {
      spool_.count_attempts(file.name, delivery.attempts);
    }
    drained_.retry_after = std::max(drained_.retry_after, delivery.retry_after);
    drained_.may_pass = drained_.may_pass || may_pass(judgement.code);
    fail(undelivered("what waits for " + shown(next.destination), judgement,
                     pushed.doubt == Doubt::possibly_stored));
  }

  // Leaves entries where they are. What asking has told of them goes into their records, unless the
  // file `sending` says it already.
  void leave(const NextPush& next, const Pushed& pushed) {
    for (std::size_t i = pushed.first; i < pushed.first + pushed.count; ++i) {
      const bool is_new = pushed.doubt != next.doubts[i];
      if (is_new && (pushed.doubt != Doubt::possibly_stored || next.doubts[i] != Doubt::none)) {
        const SpoolRecord record{next.destination, next.entries[i], next.files[i].is_restamped,
                                 pushed.doubt};
        moves([&] { spool_.replace(next.files[i].name, record); });
      }
    }
    note_doubt(next, pushed);
  }

  Spool& spool_;
  const DrainLimits& limits_;
  const FindRoutes& find_routes_;
  const Transport& transport_;
  Clock& clock_;
  const DrainListener& listener_;
  std::map<std::string, Pusher> pushers_; // by URL
  std::set<std::string> stopped_urls_;    // including all their tenants
  std::set<Destination> stopped_;
  std::list<NextPush> pushes_; // gathered and not yet sent, the oldest first
  bool is_done_ = false;   // true once a limited drain has sent its push or seen its first names
  bool is_warned_ = false; // that the file `sending` cannot be written
  std::set<std::string, std::less<>> in_doubt_; // by stem: sent before, with an unknown outcome
  Instant last_stamp_{};
  Drained drained_;
};

} // namespace

Drained drain(Spool& spool, const DrainLimits& limits, const FindRoutes& find_routes,
              const Transport& transport, Clock& clock, const DrainListener& listener) {
  return Drain{spool, limits, find_routes, transport, clock, listener}.run();
}

} // namespace metrics_event
