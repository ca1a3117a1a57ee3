#include "log_store.hpp"

namespace metrics_event::testing {

StoreAnswer LogStore::push(const std::string& tenant, std::span<const Entry> entries,
                           const Parameters& parameters) {
  const std::lock_guard lock{mutex_};
  return store(streams_, tenant, entries, parameters);
}

StoreAnswer LogStore::query(const std::string& tenant, const Parameters& parameters,
                            bool categorizes) const {
  const std::lock_guard lock{mutex_};
  return find(streams_, tenant, parameters, categorizes);
}

void LogStore::reveal() {
  const std::lock_guard lock{mutex_};
  for (auto& [name, stream] : streams_) {
    for (auto& [time, copy] : stream.copies) {
      copy.is_revealed = true;
    }
  }
}

std::map<StoredEntry, std::size_t> LogStore::copies() const {
  const std::lock_guard lock{mutex_};
  std::map<StoredEntry, std::size_t> counts;
  for (const auto& [name, stream] : streams_) {
    for (const auto& [time, copy] : stream.copies) {
      counts[{name.first, name.second, time, copy.line, copy.metadata}] += 1;
    }
  }
  return counts;
}

std::unique_ptr<LogStore> make_store(const StoreSettings& settings) {
  return settings.kind == StoreKind::loki ? loki_store(settings) : victoria_logs_store(settings);
}

} // namespace metrics_event::testing
