#include "delivery/settlement.hpp"

#include "base/text.hpp"
#include "base/url_text.hpp"

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

using Fate = Pushed::Fate;

constexpr std::size_t longest_name = 80;    // of an event in a message, in bytes
constexpr std::uint64_t most_warnings = 10; // about refused entries

bool is_left(const Pushed& pushed) {
  return pushed.fate == Fate::stopped || pushed.fate == Fate::left;
}

std::string delivery_note(const Pushed& pushed, const std::string& url) {
  const Delivery& delivery = pushed.delivery;
  return "delivered " + std::to_string(pushed.count) + " to " + redacted_url(url) + ": " +
         (delivery.judgement.code == ExitCode::ok && delivery.http_status != 0
              ? "HTTP status " + std::to_string(delivery.http_status) + " in " +
                    std::to_string(delivery.elapsed.count()) + " ms"
              : "found by a query");
}

} // namespace

void Settlement::note(const Pushed& pushed) {
  fates_.push_back(pushed);
  if (pushed.fate == Fate::accepted) {
    listener_.note(delivery_note(pushed, push_.destination.url));
  } else if (is_left(pushed)) {
    const Judgement& judgement = pushed.delivery.judgement;
    drained_.retry_after = std::max(drained_.retry_after, pushed.delivery.retry_after);
    if (judgement.code != ExitCode::ok) {
      drained_.may_pass = drained_.may_pass || may_pass(judgement.code);
      drained_.fail(undelivered("the events waiting for " + shown(push_.destination), judgement,
                                pushed.doubt == Doubt::possibly_stored),
                    listener_.warn);
    }
  }
  const std::size_t end = pushed.first + pushed.count;
  std::vector<SpoolName> delivered;
  std::uint64_t entries = 0; // of these records
  for (; next_record_ < push_.records.size(); ++next_record_) {
    const RecordInPush& record = push_.records[next_record_];
    if (record.first + record.count > end) {
      break; // the fate of its last entries is not known
    }
    if (is_delivered(record)) {
      delivered.push_back(record.name);
      entries += record.count;
    } else {
      settle(record);
    }
  }
  remove(delivered);
  drained_.left -= entries; // not before they are gone
  drained_.counts.add(pushed);
  listener_.progress(drained_);
}

const Pushed& Settlement::fate_of(std::size_t index) const {
  const auto behind = std::ranges::upper_bound(fates_, index, {}, &Pushed::first);
  return *std::prev(behind);
}

bool Settlement::is_delivered(const RecordInPush& record) const {
  for (std::size_t i = record.first; i < record.first + record.count;) {
    const Pushed& pushed = fate_of(i);
    if (pushed.fate != Fate::accepted) {
      return false;
    }
    i = pushed.first + pushed.count;
  }
  return true;
}

void Settlement::settle(const RecordInPush& record) {
  const Division division = divide(record);
  const bool is_whole =
      division.left.size() == 1 && division.left.begin()->second.size() == record.count;
  if (is_whole) {
    leave(record, division);
    return;
  }
  if (changes([&] { replace(record, division); })) {
    doubts_.forget(record.name);
  } else {
    doubts_.note(record.name, division.doubt);
  }
}

Settlement::Division Settlement::divide(const RecordInPush& record) {
  Division division{.head = push_.head_of(record)};
  for (std::size_t place = 0; place < record.count; ++place) {
    const Entry& entry = push_.entries[record.first + place];
    const Pushed& pushed = fate_of(record.first + place);
    const Judgement& judgement = pushed.delivery.judgement;
    division.doubt = std::max(division.doubt, pushed.fate == Fate::accepted ? Doubt::possibly_stored
                                                                            : pushed.doubt);
    if (is_left(pushed)) {
      division.left[pushed.doubt].push_back({entry.time, entry.line});
      division.attempts = std::max(division.attempts, pushed.delivery.attempts);
    } else if (pushed.fate == Fate::refused && judgement.is_about_age && !record.is_restamped) {
      division.restamped.push_back({stamps_.next(), entry.line});
      // It may be stored under its old time.
      drained_.counts.repeated += pushed.doubt == Doubt::possibly_stored ? 1 : 0;
    } else if (pushed.fate == Fate::refused) {
      division.refused.push_back({place, {entry.time, entry.line}, judgement.message});
    }
  }
  return division;
}

// Leaves a record where it is. What asking has told of its entries goes into the record, unless the
// file `sending` says it already.
void Settlement::leave(const RecordInPush& record, const Division& division) {
  const auto& [doubt, entries] = *division.left.begin();
  doubts_.note(record.name, doubt);
  const bool is_in_file = doubt == Doubt::possibly_stored && record.recorded == Doubt::none;
  if (doubt != record.recorded && !is_in_file) {
    changes([&] { replace(record, division); });
  } else {
    spool_.count_attempts(record.name, division.attempts);
  }
}

// Throws Failure when the spool cannot be changed. The record then stays as it was. A record of one
// entry that is refused is moved as it is, which needs no room on the disk.
void Settlement::replace(const RecordInPush& record, const Division& division) {
  const bool is_moved = record.count == 1 && division.refused.size() == 1;
  std::vector<std::string> files;
  if (is_moved) {
    files = {record.name.text()};
    spool_.set_aside(files.front(), division.refused.front().reason);
  } else if (!division.refused.empty()) {
    files = spool_.refuse(record.name, division.head, division.refused);
  }
  std::vector<SpoolRecord> parts;
  for (const auto& [doubt, entries] : division.left) {
    parts.push_back(division.head);
    parts.back().doubt = doubt;
    parts.back().entries = entries;
  }
  const std::size_t count_left = parts.size();
  if (!division.restamped.empty()) {
    parts.push_back(division.head);
    parts.back().doubt = Doubt::none;
    parts.back().is_restamped = true;
    parts.back().entries = division.restamped;
  }
  if (parts.empty() && !is_moved) {
    spool_.remove({&record.name, 1});
  } else if (!parts.empty()) {
    const std::vector<SpoolName> names = spool_.replace(record.name, parts);
    std::for_each(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(count_left),
                  [&](const SpoolName& name) { spool_.count_attempts(name, division.attempts); });
    restamped_.insert(restamped_.end(), names.begin() + static_cast<std::ptrdiff_t>(count_left),
                      names.end());
  }
  std::uint64_t left = division.restamped.size();
  for (const auto& [doubt, entries] : division.left) {
    left += entries.size();
  }
  drained_.left -= record.count - left;
  drained_.counts.refused += files.size();
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (drained_.counts.refused - files.size() + i < most_warnings) { // the others are in refused/
      warn_of_refused(files[i], division.refused[i]);
    }
  }
}

void Settlement::warn_of_refused(const std::string& file, const RefusedEntry& entry) {
  listener_.warn(push_.destination.url + " refused " +
                 printable(event_of(entry.entry.line), longest_name) + ", which is kept as " +
                 quote_path(spool_.spool().path() + "/refused/" + file) + ": " + entry.reason);
}

void Settlement::remove(const std::vector<SpoolName>& names) {
  if (names.empty()) {
    return;
  }
  try {
    spool_.remove(names);
  } catch (const Failure& failure) {
    throw Failure{
        failure.code(),
        failure.text() +
            "; it was delivered, and the receiver is asked for it before it is sent again"};
  }
  for (const SpoolName& name : names) {
    doubts_.forget(name);
  }
}

// Returns false when the spool cannot be changed, for example because the disk is full. The record
// then does not hold up the others.
bool Settlement::changes(const std::function<void()>& change) {
  try {
    change();
    return true;
  } catch (const Failure& failure) {
    drained_.fail(failure, listener_.warn);
    return false;
  }
}

} // namespace metrics_event
