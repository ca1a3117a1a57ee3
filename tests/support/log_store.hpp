#pragma once

#include "query_text.hpp"

#include "loki/entry.hpp"

#include <chrono>
#include <compare>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace metrics_event::testing {

/// The receivers that a store behaves like: Loki main of 2026-11 and VictoriaLogs 1.26.
enum class StoreKind { loki, victoria_logs };

/// What the behaviour of a store depends on. The defaults are what was measured.
struct StoreSettings {
  StoreKind kind = StoreKind::loki;
  /// Loki closes the block of a stream, in which it recognises repetitions, when its lines have
  /// more bytes than this.
  std::size_t block = 256UL * 1024;
  /// Loki refuses longer lines: its limit max_line_size, in bytes.
  std::size_t longest_line = 256UL * 1024;
  /// Loki returns an older entry than this only after `reveal`.
  std::chrono::milliseconds memory = std::chrono::minutes{150};
  /// VictoriaLogs returns an entry so long after it was accepted, or after `reveal`.
  std::chrono::milliseconds delay = std::chrono::seconds{5};
};

/// The answer of a receiver. An answer with status 204 is sent without body and type.
struct StoreAnswer {
  int status = 204;
  std::string body{};
  std::string type = "text/plain; charset=utf-8";
};

/// Returns an answer with status 400 that says why in one line.
inline StoreAnswer refused(const std::string& words) {
  return {.status = 400, .body = words + '\n'};
}

/// An entry as it was pushed. Entries that differ in any of this are different ones.
struct StoredEntry {
  std::string tenant;
  Labels labels;
  Instant time;
  std::string line;
  Labels metadata;

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 reports the comparison's zero
  auto operator<=>(const StoredEntry&) const = default;
};

/// The part of a receiver that is not the network: it stores, refuses, recognises and returns
/// entries. An entry that the real receiver would store twice has two copies here. Any thread may
/// call any function.
class LogStore {
public:
  virtual ~LogStore() = default;

  /// Stores the good entries of a well-formed push and returns the answer to it. The parameters are
  /// those of the push URL.
  StoreAnswer push(const std::string& tenant, std::span<const Entry> entries,
                   const Parameters& parameters);

  /// Returns the answer to a query. With `categorizes`, Loki returns metadata apart from labels.
  StoreAnswer query(const std::string& tenant, const Parameters& parameters,
                    bool categorizes = false) const;

  /// Makes all entries that are stored now visible to queries, as flushing its chunks does in Loki.
  void reveal();

  /// Returns how often each entry is stored.
  std::map<StoredEntry, std::size_t> copies() const;

protected:
  using Clock = std::chrono::steady_clock;

  // A stored entry; its time is the key.
  struct Copy {
    std::string line;
    Labels metadata;
    Labels fields{}; // of VictoriaLogs, which stores them and not the line
    Clock::time_point accepted = Clock::now();
    bool is_revealed = false;
  };

  struct Stream {
    std::multimap<Instant, Copy> copies{};
    std::set<std::tuple<Instant, std::string, Labels>> block{}; // what Loki recognises
    std::size_t block_size = 0;                                 // its lines, in bytes
  };

  // By tenant and labels.
  using Streams = std::map<std::pair<std::string, Labels>, Stream>;

  virtual StoreAnswer store(Streams& streams, const std::string& tenant,
                            std::span<const Entry> entries, const Parameters& parameters) const = 0;
  virtual StoreAnswer find(const Streams& streams, const std::string& tenant,
                           const Parameters& parameters, bool categorizes) const = 0;

private:
  mutable std::mutex mutex_;
  Streams streams_;
};

/// Return an empty store of that kind, or of the kind that the settings name.
std::unique_ptr<LogStore> loki_store(const StoreSettings& settings);
std::unique_ptr<LogStore> victoria_logs_store(const StoreSettings& settings);
std::unique_ptr<LogStore> make_store(const StoreSettings& settings);

} // namespace metrics_event::testing
