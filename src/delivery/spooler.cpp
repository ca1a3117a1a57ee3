#include "delivery/spooler.hpp"

#include "loki/judgement.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

namespace metrics_event {

bool has_spool(const Settings& settings) {
  return settings.spool.on && settings.url.scheme != Scheme::file;
}

bool keeps_undelivered(const Settings& settings) {
  return has_spool(settings) && !settings.dry_run && !settings.disabled;
}

bool Spooler::keeps(const Failure& failure) const {
  return keeps_undelivered(settings_) && !is_refused(failure.code());
}

const Spool& Spooler::spool() {
  if (!spool_) {
    spool_.emplace(Spool::make(settings_.spool.directory, settings_.spool.is_usual));
  }
  return *spool_;
}

SpoolRecord Spooler::record_of_one(const Entry& entry, Doubt doubt) const {
  SpoolRecord record = record_for(destination(), entry);
  record.entries.push_back({entry.time, entry.line});
  record.doubt = doubt;
  return record;
}

void Spooler::keep(std::span<const Entry> entries, std::span<const Doubt> doubts, Doubt doubt,
                   int attempts) {
  SpoolRecord head = record_for(destination(), entries.front());
  head.doubt = doubt;
  text_.begin(head);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (doubts[i] == doubt) {
      text_.add(entries[i].time, entries[i].line);
    }
  }
  text_.end();
  spool().add(text_, attempts, random_id(clock_), settings_.spool_max_bytes);
}

HeldRecord Spooler::hold(const Entry& entry, Doubt doubt) {
  return spool().hold(record_of_one(entry, doubt), random_id(clock_), settings_.spool_max_bytes);
}

void Spooler::let_go(const HeldRecord& held) {
  spool().let_go(held);
}

void Spooler::give_up(HeldRecord held, const Entry& entry, int attempts, Doubt doubt) {
  spool().give_up(std::move(held), record_of_one(entry, doubt), attempts);
}

bool Spooler::has_waiting_before(Instant time) const {
  const auto spool = Spool::find(settings_.spool.directory);
  const SpoolListing waiting = spool ? spool->list(Box::waiting) : SpoolListing{};
  return std::ranges::any_of(waiting.names, [&](const SpoolName& name) {
    if (name.time >= time) {
      return false;
    }
    const DecodedRecord record = record_of(spool->read(Box::waiting, name.text()));
    return record && record->destination == destination();
  });
}

// The run that kept them has put them into one record, or into one for each doubt.
std::vector<bool> Spooler::find_waiting(std::span<const Entry> entries) const {
  std::vector<bool> found(entries.size());
  const auto spool = Spool::find(settings_.spool.directory);
  if (!spool || entries.empty()) {
    return found;
  }
  std::map<std::pair<Instant, std::string_view>, std::size_t> sought;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    sought.try_emplace({entries[i].time, entries[i].line}, i);
  }
  const auto [oldest, newest] = std::ranges::minmax_element(entries, {}, &Entry::time);
  for (const SpoolName& name : spool->list(Box::waiting).names) {
    if (name.time < oldest->time || name.time > newest->time) {
      continue;
    }
    const DecodedRecord record = record_of(spool->read(Box::waiting, name.text()));
    if (!record || record->destination != destination() ||
        record->labels != entries.front().labels || record->metadata != entries.front().metadata) {
      continue;
    }
    for (const TimedLine& entry : record->entries) {
      if (const auto known = sought.find({entry.time, entry.line}); known != sought.end()) {
        found[known->second] = true;
      }
    }
  }
  return found;
}

} // namespace metrics_event
