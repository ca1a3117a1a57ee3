#include "delivery/spooler.hpp"

#include "loki/judgement.hpp"

#include <algorithm>
#include <limits>

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

void Spooler::keep(const Entry& entry, int attempts, Doubt doubt) {
  if (!spool_) {
    spool_.emplace(Spool::make(settings_.spool.directory, settings_.spool.is_usual));
  }
  const SpoolRecord record{.destination = destination(), .entry = entry, .doubt = doubt};
  spool_->add(record, attempts, random_id(clock_), settings_.spool_max_bytes);
}

std::vector<bool> Spooler::find_waiting(std::span<const Entry> entries) {
  std::vector<bool> found(entries.size());
  const auto spool = Spool::find(settings_.spool.directory);
  if (!spool) {
    return found;
  }
  const std::vector<std::string> names =
      spool->names(Box::waiting, "", std::numeric_limits<std::size_t>::max());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Entry& entry = entries[i];
    std::string time = SpoolName{.time = entry.time}.text();
    time.erase(time.find('.') + 1); // names sort by entry time
    for (auto name = std::ranges::lower_bound(names, time);
         name != names.end() && name->starts_with(time) && !found[i]; ++name) {
      const DecodedRecord record = record_of(spool->read(Box::waiting, *name));
      found[i] = record && record->destination == destination() &&
                 record->entry.labels == entry.labels && record->entry.line == entry.line &&
                 record->entry.metadata == entry.metadata;
    }
  }
  return found;
}

} // namespace metrics_event
