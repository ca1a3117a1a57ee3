#include "delivery/spooler.hpp"

#include "loki/judgement.hpp"

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
  const SpoolRecord record{
      .destination = {settings_.url.kept_url(), settings_.org_id}, .entry = entry, .doubt = doubt};
  spool_->add(record, attempts, random_id(clock_), settings_.spool_max_bytes);
}

} // namespace metrics_event
