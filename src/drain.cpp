#include "drain.hpp"

#include "gzip.hpp"
#include "interruption.hpp"
#include "loki.hpp"
#include "text.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

constexpr std::size_t most_names = 10'000; // known at a time, so that memory has a bound
constexpr std::size_t most_names_of_limited = 1000;
constexpr std::size_t most_entries_a_push = 1000;
// Loki takes an entry, also a repeated one, only within an hour of its stream's newest. What one
// push brings must not be beyond that of what it brings itself, or it could not be sent again.
constexpr auto longest_span = std::chrono::minutes{55};
constexpr std::size_t worth_compressing = 1024; // bytes
constexpr std::size_t longest_name = 80;        // of an event, in a message
constexpr int too_many_requests = 429;
constexpr int ingestion_is_blocked = 260;   // Loki's answer, which is about the tenant
constexpr std::uint64_t most_warnings = 10; // of refused entries

// An entry that is about to be sent.
struct Waiting {
  std::string name;
  SpoolRecord record;
};

Group group_of(const SpoolRecord& record) {
  return {record.url, record.org_id};
}

// At most what the entry takes in a push.
std::size_t size_in_push(const Entry& entry) {
  return push_body({&entry, 1}).size();
}

// Whether a file cannot be read for what it is: a link, a socket, something huge, or locked away.
bool is_about_file(const std::error_code& error) {
  return error == std::errc::too_many_symbolic_link_levels || error == std::errc::file_too_large ||
         error == std::errc::no_such_device_or_address || error == std::errc::permission_denied;
}

// Each stream once, its entries ascending, or a receiver could find the older ones too far behind.
std::string body_of(std::span<const Waiting> entries) {
  std::vector<Entry> sorted;
  for (const Waiting& waiting : entries) {
    sorted.push_back(waiting.record.entry);
  }
  std::ranges::stable_sort(sorted, {},
                           [](const Entry& entry) { return std::tie(entry.labels, entry.time); });
  return push_body(sorted);
}

class Drain {
public:
  Drain(Spool& spool, const DrainLimits& limits, const Reach& reach, const Transport& transport,
        Clock& clock, const DrainEvents& events)
      : spool_{spool}, limits_{limits}, reach_{reach},
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
    std::string name;
    std::optional<Group> group{};
    bool is_done = false;
  };

  bool is_over() const {
    return noted_signal() != 0 || (limits_.ends && clock_.steady_now() >= *limits_.ends);
  }

  bool is_stopped(const Group& group) const {
    return stopped_urls_.contains(group.first) || stopped_groups_.contains(group) ||
           (limits_.only && *limits_.only != group);
  }

  void drain(const std::vector<std::string>& names) {
    std::vector<Slot> slots;
    for (const std::string& name : names) {
      slots.push_back({name});
    }
    while (!is_over()) {
      const std::vector<Waiting> entries = collect(slots);
      if (entries.empty()) {
        break;
      }
      deliver(entries);
      if (limits_.most_entries != 0) {
        break;
      }
    }
  }

  // The oldest entry that can be sent and those that one push can carry with it.
  std::vector<Waiting> collect(std::vector<Slot>& slots) {
    std::vector<Waiting> entries;
    std::size_t size = 0;
    std::size_t most = limits_.most_entries == 0 ? most_entries_a_push : limits_.most_entries;
    Instant oldest{};
    for (Slot& slot : slots) {
      slot.is_done = slot.is_done || (slot.group && is_stopped(*slot.group));
      if (slot.is_done ||
          (slot.group && !entries.empty() && *slot.group != group_of(entries.front().record))) {
        continue;
      }
      auto record = read(slot.name);
      if (!record || is_stopped(group_of(*record))) {
        slot.is_done = true;
        continue;
      }
      slot.group = group_of(*record);
      if (!entries.empty() && *slot.group != group_of(entries.front().record)) {
        continue;
      }
      size += size_in_push(record->entry);
      if (entries.empty()) {
        oldest = record->entry.time;
        const auto fewer = most_entries_.find(record->url);
        most = fewer == most_entries_.end() ? most : std::min(most, fewer->second);
      } else if (size > largest_push || entries.size() == most ||
                 record->entry.time - oldest > longest_span) {
        break;
      }
      slot.is_done = true;
      entries.push_back({slot.name, *std::move(record)});
    }
    return entries;
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
    auto record = text ? decode_record(*text)
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

  // Delivers what it can of entries that one push can carry.
  void deliver(std::span<const Waiting> entries) {
    if (is_over() || is_stopped(group_of(entries.front().record))) {
      return;
    }
    const std::optional<Delivery> delivery = push(entries);
    if (!delivery) {
      return;
    }
    const Judgement& judgement = delivery->judgement;
    const bool is_refused =
        judgement.code == ExitCode::data && delivery->http_status != ingestion_is_blocked;
    // Fewer at a time may do, unless the receiver has said when to come again.
    const bool is_too_much =
        delivery->http_status == too_many_requests && !delivery->asked && limits_.retries > 0;
    if (delivery->accepted()) {
      events_.note("delivered " + std::to_string(entries.size()) + " to " +
                   redacted_url(entries.front().record.url) + ": HTTP status " +
                   std::to_string(delivery->http_status) + " in " +
                   std::to_string(delivery->elapsed.count()) + " ms");
      for (const Waiting& entry : entries) {
        forget(entry);
        drained_.delivered += 1;
      }
    } else if (entries.size() > 1 && (is_refused || is_too_much)) {
      const std::size_t half = entries.size() / 2;
      if (is_too_much) {
        most_entries_[entries.front().record.url] = half;
      }
      deliver(entries.first(half));
      deliver(entries.subspan(half));
      return;
    } else if (is_refused) {
      refuse(entries.front(), judgement);
    } else {
      stop(entries, *delivery);
    }
    events_.progress(drained_);
  }

  void forget(const Waiting& entry) {
    try {
      spool_.remove(Box::waiting, entry.name);
    } catch (const Failure& failure) {
      throw Failure{failure.code(), failure.text() + "; it is delivered, and will be again"};
    }
  }

  void refuse(const Waiting& entry, const Judgement& judgement) {
    if (judgement.is_about_age && !entry.record.is_restamped) {
      // Its turn comes after the others, which it would otherwise leave too far behind.
      SpoolRecord renewed = entry.record;
      last_stamp_ = std::max(clock_.now(), last_stamp_ + std::chrono::nanoseconds{1});
      renewed.entry.time = last_stamp_;
      renewed.is_restamped = true;
      moves([&] { spool_.replace(entry.name, renewed); });
      return;
    }
    if (!moves([&] { spool_.refuse(entry.name, judgement.message); })) {
      return;
    }
    drained_.refused += 1;
    if (drained_.refused > most_warnings) {
      return; // all are in refused/, with their reasons
    }
    events_.warn(entry.record.url + " refuses " +
                 printable(event_of(entry.record.entry), longest_name) + ", which is kept as " +
                 quote_path(spool_.path() + "/refused/" + entry.name) + ": " + judgement.message);
  }

  // What stops one push stops the whole destination, but for what is about the tenant.
  void stop(std::span<const Waiting> entries, const Delivery& delivery) {
    const SpoolRecord& record = entries.front().record;
    const ExitCode code = delivery.judgement.code;
    const bool is_about_tenant = code == ExitCode::noperm || code == ExitCode::data ||
                                 delivery.http_status == too_many_requests;
    if (is_about_tenant) {
      stopped_groups_.insert(group_of(record));
    } else {
      stopped_urls_.insert(record.url);
    }
    for (const Waiting& entry : entries) {
      spool_.count_attempts(entry.name, delivery.attempts);
    }
    drained_.asked = std::max(drained_.asked, delivery.asked);
    drained_.may_pass = drained_.may_pass || metrics_event::may_pass(code);
    const std::string tenant = record.org_id.empty() ? "" : " (" + record.org_id + ')';
    const std::string hint = code == ExitCode::noperm ? destinations_.at(record.url).hint : "";
    fail({code, "cannot deliver what waits for " + redacted_url(record.url) + tenant + ": " +
                    delivery.judgement.message + hint});
  }

  // Nothing when there is no way to the receiver.
  std::optional<Delivery> push(std::span<const Waiting> entries) {
    const SpoolRecord& record = entries.front().record;
    const Destination* const destination = reach(record.url);
    if (destination == nullptr) {
      return std::nullopt;
    }
    const std::string body = body_of(entries);
    if (body.size() >= worth_compressing && !plain_.contains(record.url)) {
      const Delivery delivery = send(*destination, record.org_id, gzip(body), true);
      if (delivery.http_status != 400 && delivery.http_status != 415) {
        return delivery;
      }
      plain_.insert(record.url); // it may be the encoding that it does not take
    }
    return send(*destination, record.org_id, body, false);
  }

  Delivery send(const Destination& destination, const std::string& org_id, std::string body,
                bool is_compressed) {
    Headers headers = destination.headers;
    if (is_compressed) {
      headers.emplace_back("Content-Encoding", "gzip");
    }
    Deadline deadline = clock_.steady_now() + limits_.timeout;
    deadline = limits_.ends ? std::min(deadline, *limits_.ends) : deadline;
    return metrics_event::deliver(
        push_request(destination.access, org_id, headers, std::move(body)),
        {deadline, limits_.retries}, transport_, clock_);
  }

  const Destination* reach(const std::string& url) {
    const auto known = destinations_.find(url);
    if (known != destinations_.end()) {
      return &known->second;
    }
    try {
      return &destinations_.emplace(url, reach_(url)).first->second;
    } catch (const Failure& failure) {
      stopped_urls_.insert(url);
      fail(failure);
      return nullptr;
    }
  }

  Spool& spool_;
  const DrainLimits& limits_;
  const Reach& reach_;
  const Transport& transport_;
  Clock& clock_;
  const DrainEvents& events_;
  std::map<std::string, Destination> destinations_;
  std::set<std::string> stopped_urls_;
  std::set<Group> stopped_groups_;
  std::set<std::string> plain_; // URLs of receivers that take nothing compressed
  std::map<std::string, std::size_t> most_entries_; // a push, where it is fewer, by URL
  Instant last_stamp_{};
  Drained drained_;
};

} // namespace

Drained drain(Spool& spool, const DrainLimits& limits, const Reach& reach,
              const Transport& transport, Clock& clock, const DrainEvents& events) {
  return Drain{spool, limits, reach, transport, clock, events}.run();
}

} // namespace metrics_event
