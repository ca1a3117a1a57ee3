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

Group group_of(const SpoolRecord& record) {
  return {record.url, record.org_id};
}

// The rest of an entry's record.
struct Waiting {
  std::string name;
  bool is_restamped = false;
};

// What goes in one push: the entries, and what belongs to each.
struct Load {
  Group group;
  std::vector<Entry> entries;
  std::vector<Waiting> files;
};

// Whether a file cannot be read for what it is: a link, a socket, something huge, or locked away.
bool is_about_file(const std::error_code& error) {
  return error == std::errc::too_many_symbolic_link_levels || error == std::errc::file_too_large ||
         error == std::errc::no_such_device_or_address || error == std::errc::permission_denied;
}

class Drain {
public:
  Drain(Spool& spool, const DrainLimits& limits, const FindRoute& find_route,
        const Transport& transport, Clock& clock, const DrainEvents& events)
      : spool_{spool}, limits_{limits}, find_route_{find_route},
        transport_{transport}, clock_{clock}, events_{events} {}

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
        drain(names);
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
    const Group* group = nullptr; // among those that were met
    bool is_done = false;
  };

  bool is_over() { return metrics_event::is_over(limits_.push, clock_); }

  bool is_stopped(const Group& group) const {
    return stopped_urls_.contains(group.first) || stopped_groups_.contains(group) ||
           (limits_.only && *limits_.only != group);
  }

  void drain(const std::vector<std::string>& names) {
    std::vector<Slot> slots;
    slots.reserve(names.size());
    for (const std::string& name : names) {
      slots.push_back({&name});
    }
    while (!is_over()) {
      const Load load = collect(slots);
      if (load.entries.empty()) {
        break;
      }
      deliver(load);
      if (limits_.most_entries != 0) {
        break;
      }
    }
  }

  // The oldest entry that can be sent and those that one push can carry with it.
  Load collect(std::vector<Slot>& slots) {
    Load load;
    PushRoom room{limits_.most_entries == 0 ? most_entries_a_push : limits_.most_entries};
    const auto is_of_another = [&load](const Slot& slot) {
      return slot.group && !load.entries.empty() && *slot.group != load.group;
    };
    for (Slot& slot : slots) {
      slot.is_done = slot.is_done || (slot.group && is_stopped(*slot.group));
      if (slot.is_done || is_of_another(slot)) {
        continue;
      }
      auto record = read(*slot.name);
      slot.group = record ? &*groups_.insert(group_of(*record)).first : nullptr;
      if (!record || is_stopped(*slot.group)) {
        slot.is_done = true;
        continue;
      }
      if (is_of_another(slot)) {
        continue;
      }
      if (!room.takes(record->entry)) {
        break;
      }
      slot.is_done = true;
      load.group = *slot.group;
      load.entries.push_back(std::move(record->entry));
      load.files.push_back({*slot.name, record->is_restamped});
    }
    return load;
  }

  // Nothing when it is gone or set aside.
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
    if (!moves([&] { spool_.refuse(name, record.error()); })) {
      return std::nullopt;
    }
    drained_.set_aside += 1;
    events_.warn("a file in the spool is no entry and is set aside as " +
                 quote_path(spool_.path() + "/refused/" + name) + ": " + record.error());
    return std::nullopt;
  }

  // What the spool cannot move, on a full disk say, waits where it is, and not in the way of the
  // rest.
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
      events_.warn(counts_more ? drained_.failure->text() : failure.text());
    }
    if (is_first || counts_more) {
      drained_.failure = failure;
    }
  }

  void deliver(const Load& load) {
    const auto& [url, org_id] = load.group;
    Pusher* const pusher = find_pusher(url);
    if (pusher == nullptr) {
      return;
    }
    pusher->push(org_id, views_of(load.entries), [&](const Pushed& pushed) {
      switch (pushed.fate) {
      case Pushed::Fate::accepted: forget(load, pushed); break;
      case Pushed::Fate::refused: refuse(load, pushed.first, pushed.delivery.judgement); break;
      case Pushed::Fate::stopped: stop(load, pushed); break;
      }
      events_.progress(drained_);
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

  static std::span<const Waiting> files_of(const Load& load, const Pushed& pushed) {
    return std::span{load.files}.subspan(pushed.first, pushed.count);
  }

  void forget(const Load& load, const Pushed& pushed) {
    const Delivery& delivery = pushed.delivery;
    events_.note("delivered " + std::to_string(pushed.count) + " to " +
                 redacted_url(load.group.first) + ": HTTP status " +
                 std::to_string(delivery.http_status) + " in " +
                 std::to_string(delivery.elapsed.count()) + " ms");
    for (const Waiting& file : files_of(load, pushed)) {
      try {
        spool_.remove(Box::waiting, file.name);
      } catch (const Failure& failure) {
        throw Failure{failure.code(), failure.text() + "; it is delivered, and will be again"};
      }
      drained_.delivered += 1;
    }
  }

  void refuse(const Load& load, std::size_t index, const Judgement& judgement) {
    const auto& [url, org_id] = load.group;
    const Entry& entry = load.entries[index];
    const Waiting& file = load.files[index];
    if (judgement.is_about_age && !file.is_restamped) {
      // Its turn comes after the others, which it would otherwise leave too far behind.
      last_stamp_ = std::max(clock_.now(), last_stamp_ + std::chrono::nanoseconds{1});
      SpoolRecord renewed{url, org_id, entry, true};
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
    events_.warn(url + " refuses " + printable(event_of(entry), longest_name) +
                 ", which is kept as " + quote_path(spool_.path() + "/refused/" + file.name) +
                 ": " + judgement.message);
  }

  void stop(const Load& load, const Pushed& pushed) {
    const auto& [url, org_id] = load.group;
    const Delivery& delivery = pushed.delivery;
    const ExitCode code = delivery.judgement.code;
    if (delivery.judgement.scope == Scope::tenant) {
      stopped_groups_.insert(load.group);
    } else {
      stopped_urls_.insert(url);
    }
    for (const Waiting& file : files_of(load, pushed)) {
      spool_.count_attempts(file.name, delivery.attempts);
    }
    drained_.asked = std::max(drained_.asked, delivery.asked);
    drained_.may_pass = drained_.may_pass || metrics_event::may_pass(code);
    const std::string tenant = org_id.empty() ? "" : " (" + org_id + ')';
    fail({code, "cannot deliver what waits for " + redacted_url(url) + tenant + ": " +
                    delivery.judgement.message});
  }

  Spool& spool_;
  const DrainLimits& limits_;
  const FindRoute& find_route_;
  const Transport& transport_;
  Clock& clock_;
  const DrainEvents& events_;
  std::map<std::string, Pusher> pushers_; // by URL
  std::set<std::string> stopped_urls_;
  std::set<Group> stopped_groups_;
  std::set<Group> groups_; // that were met
  RecordReader reader_;
  Instant last_stamp_{};
  Drained drained_;
};

} // namespace

Drained drain(Spool& spool, const DrainLimits& limits, const FindRoute& find_route,
              const Transport& transport, Clock& clock, const DrainEvents& events) {
  return Drain{spool, limits, find_route, transport, clock, events}.run();
}

} // namespace metrics_event
