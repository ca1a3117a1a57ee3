#include "delivery/drain.hpp"

#include "base/text.hpp"
#include "loki/push.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

constexpr std::size_t most_names = 40'000; // known at a time, so that memory has a bound
constexpr std::size_t most_names_of_limited = 1000;
constexpr std::size_t longest_name = 80;    // of an event, in a message
constexpr std::uint64_t most_warnings = 10; // of refused entries

// A file of the spool whose entry is on its way.
struct WaitingFile {
  std::string name;
  bool is_restamped = false;
};

// The entries that go in one push, and by the same index their files.
struct NextPush {
  Destination destination;
  std::vector<Entry> entries;
  std::vector<WaitingFile> files;
};

// Whether a file cannot be read for what it is: a link, a socket, something huge, or locked away.
bool is_about_file(const std::error_code& error) {
  return error == std::errc::too_many_symbolic_link_levels || error == std::errc::file_too_large ||
         error == std::errc::no_such_device_or_address || error == std::errc::permission_denied;
}

class Drain {
public:
  Drain(Spool& spool, const DrainLimits& limits, const FindRoute& find_route,
        const Transport& transport, Clock& clock, const DrainListener& listener)
      : spool_{spool}, limits_{limits}, find_route_{find_route},
        transport_{transport}, clock_{clock}, listener_{listener} {}

  Drained run() {
    const bool is_limited = limits_.most_entries != 0;
    const std::size_t window = is_limited ? most_names_of_limited : most_names;
    std::string last;
    try {
      while (!is_over()) {
        const std::vector<std::string> names = spool_.names(Box::waiting, last, window);
        if (names.empty()) {
          break;
        }
        last = names.back();
        work_through(names);
        if (is_limited) {
          break;
        }
      }
    } catch (const Failure& failure) { // of the spool itself
      fail(failure);
    }
    return std::move(drained_);
  }

private:
  // A name of the window, and what is known about its entry.
  struct Slot {
    const std::string* name;
    const Destination* destination = nullptr; // among those that were met
    bool is_done = false;
  };

  bool is_over() { return metrics_event::is_over(limits_.push, clock_); }

  bool is_stopped(const Destination& destination) const {
    return stopped_urls_.contains(destination.url) || stopped_.contains(destination) ||
           (limits_.only && *limits_.only != destination);
  }

  void work_through(const std::vector<std::string>& names) {
    std::vector<Slot> slots;
    slots.reserve(names.size());
    for (const std::string& name : names) {
      slots.push_back({&name});
    }
    while (!is_over()) {
      const NextPush next = gather(slots);
      if (next.entries.empty()) {
        break;
      }
      send(next);
      if (limits_.most_entries != 0) {
        break;
      }
    }
  }

  // The oldest entry that can be sent and those that one push can carry with it.
  NextPush gather(std::vector<Slot>& slots) {
    NextPush next;
    PushRoom room{limits_.most_entries == 0 ? most_entries_a_push : limits_.most_entries};
    const auto goes_elsewhere = [&next](const Slot& slot) {
      return slot.destination && !next.entries.empty() && *slot.destination != next.destination;
    };
    for (Slot& slot : slots) {
      slot.is_done = slot.is_done || (slot.destination && is_stopped(*slot.destination));
      if (slot.is_done || goes_elsewhere(slot)) {
        continue;
      }
      auto record = read(*slot.name);
      slot.destination = record ? &*destinations_.insert(record->destination).first : nullptr;
      if (!record || is_stopped(*slot.destination)) {
        slot.is_done = true;
        continue;
      }
      if (goes_elsewhere(slot)) {
        continue;
      }
      if (!room.takes(record->entry)) {
        break;
      }
      slot.is_done = true;
      next.destination = *slot.destination;
      next.entries.push_back(std::move(record->entry));
      next.files.push_back({*slot.name, record->is_restamped});
    }
    return next;
  }

  // Nothing when the entry is gone or was set aside.
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
    auto record = text ? reader_.read(*text)
                       : boost::system::result<SpoolRecord, std::string>{
                             boost::system::in_place_error, system_words(text.error())};
    if (record) {
      return *std::move(record);
    }
    if (moves([&] { spool_.refuse(name, record.error()); })) {
      drained_.set_aside += 1;
      listener_.warn("a file in the spool is no entry and is set aside as " +
                     quote_path(spool_.path() + "/refused/" + name) + ": " + record.error());
    }
    return std::nullopt;
  }

  // An entry that the spool cannot move, on a full disk say, waits where it is, and not in the way
  // of the rest.
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

  // What somebody must mend is the failure rather than what passes; the others are warnings.
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

  void send(const NextPush& next) {
    Pusher* const pusher = find_pusher(next.destination.url);
    if (pusher == nullptr) {
      return;
    }
    pusher->push(next.destination.org_id, next.entries, [&](const Pushed& pushed) {
      switch (pushed.fate) {
      case Pushed::Fate::accepted: remove(next, pushed); break;
      case Pushed::Fate::refused: refuse(next, pushed.first, pushed.delivery.judgement); break;
      case Pushed::Fate::stopped: stop(next, pushed); break;
      }
      listener_.progress(drained_);
    });
  }

  // Nothing when there is no way to the receiver.
  Pusher* find_pusher(const std::string& url) {
    const auto known = pushers_.find(url);
    if (known != pushers_.end()) {
      return &known->second;
    }
    try {
      Pusher pusher{find_route_(url), limits_.push, transport_, clock_};
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
                   redacted_url(next.destination.url) + ": HTTP status " +
                   std::to_string(delivery.http_status) + " in " +
                   std::to_string(delivery.elapsed.count()) + " ms");
    for (const WaitingFile& file : files_of(next, pushed)) {
      try {
        spool_.remove(Box::waiting, file.name);
      } catch (const Failure& failure) {
        throw Failure{failure.code(), failure.text() + "; it is delivered, and will be again"};
      }
      drained_.delivered += 1;
    }
  }

  void refuse(const NextPush& next, std::size_t index, const Judgement& judgement) {
    const Entry& entry = next.entries[index];
    const WaitingFile& file = next.files[index];
    if (judgement.is_about_age && !file.is_restamped) {
      // Its turn comes after the others, which it would otherwise leave too far behind.
      last_stamp_ = std::max(clock_.now(), last_stamp_ + std::chrono::nanoseconds{1});
      SpoolRecord renewed{next.destination, entry, true};
      renewed.entry.time = last_stamp_;
      moves([&] { spool_.replace(file.name, renewed); });
      return;
    }
    if (!moves([&] { spool_.refuse(file.name, judgement.message); })) {
      return;
    }
    drained_.refused += 1;
    if (drained_.refused > most_warnings) {
      return; // all are in refused/, with their reasons
    }
    listener_.warn(next.destination.url + " refuses " + printable(event_of(entry), longest_name) +
                   ", which is kept as " + quote_path(spool_.path() + "/refused/" + file.name) +
                   ": " + judgement.message);
  }

  void stop(const NextPush& next, const Pushed& pushed) {
    const Delivery& delivery = pushed.delivery;
    const Judgement& judgement = delivery.judgement;
    if (judgement.scope == Scope::tenant) {
      stopped_.insert(next.destination);
    } else {
      stopped_urls_.insert(next.destination.url);
    }
    for (const WaitingFile& file : files_of(next, pushed)) {
      spool_.count_attempts(file.name, delivery.attempts);
    }
    drained_.retry_after = std::max(drained_.retry_after, delivery.retry_after);
    drained_.may_pass = drained_.may_pass || may_pass(judgement.code);
    fail(undelivered("what waits for " + shown(next.destination), judgement, false));
  }

  Spool& spool_;
  const DrainLimits& limits_;
  const FindRoute& find_route_;
  const Transport& transport_;
  Clock& clock_;
  const DrainListener& listener_;
  std::map<std::string, Pusher> pushers_; // by URL
  std::set<std::string> stopped_urls_;    // with all their tenants
  std::set<Destination> stopped_;
  std::set<Destination> destinations_; // that were met
  RecordReader reader_;
  Instant last_stamp_{};
  Drained drained_;
};

} // namespace

Drained drain(Spool& spool, const DrainLimits& limits, const FindRoute& find_route,
              const Transport& transport, Clock& clock, const DrainListener& listener) {
  return Drain{spool, limits, find_route, transport, clock, listener}.run();
}

} // namespace metrics_event
