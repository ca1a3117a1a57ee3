#pragma once

#include "commands/batch_console.hpp"
#include "commands/batch_report.hpp"
#include "commands/context.hpp"
#include "delivery/pusher.hpp"
#include "loki/entry.hpp"
#include "loki/push.hpp"
#include "settings/settings.hpp"
#include "spool/spool.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Gathers the entries of a batch until a push is full and sends it; or prints it, appends its
/// lines to a file, keeps it in the spool, as the settings and the receiver want it. Fills the
/// report as it goes.
class BatchSender {
public:
  /// `meanwhile` is called while an answer is awaited, and may add what is to go next.
  BatchSender(const Resolved& resolved, const Means& means, BatchConsole& console,
              BatchReport& report, std::function<void()> meanwhile);
  BatchSender(const BatchSender&) = delete;
  BatchSender& operator=(const BatchSender&) = delete;

  /// Takes an entry and the number of its line, and makes room for it, which while an answer is
  /// awaited it cannot: then it returns false. Throws Failure when what was gathered can neither be
  /// sent nor kept.
  bool add(std::string_view line, Instant time, std::uint64_t number);

  /// Sends what was gathered. Throws as `add`.
  void push();

  /// When what was gathered goes although there is room left.
  Deadline due() const { return next_.entries.empty() ? Deadline::max() : next_.due; }

  /// There are so many lines; 0: that is not known.
  void expect(std::uint64_t total) { total_ = total; }

  /// The lines before this one were added, or are no events.
  void reach(std::uint64_t next_line) { next_line_ = next_line; }

  /// At a signal: keeps what was gathered, if there is a spool, and throws Failure.
  [[noreturn]] void stop() { stop(going_.entries.size()); }

  /// Why what comes goes into the spool, if it does.
  const std::optional<Failure>& trouble() const { return trouble_; }

private:
  // What goes in one push.
  struct Gathered {
    Gathered();
    bool takes(EntryView entry, std::uint64_t number);

    PushRoom room;
    std::string lines; // which the entries share
    std::vector<EntryView> entries;
    std::vector<std::uint64_t> numbers; // of their lines
    Deadline due{};
  };

  void push_going();
  void print();
  void append();
  void deliver();
  Pusher& pusher();
  void hear(const Pushed& pushed);
  void keep(std::size_t first);
  [[noreturn]] void stop(std::size_t first);
  [[noreturn]] void fail(const Failure& failure, std::uint64_t first_unsent) const;

  const Resolved& resolved_;
  const Settings& settings_;
  const Means& means_;
  BatchConsole& console_;
  BatchReport& report_;
  const std::function<void()> meanwhile_;
  Gathered next_;  // what is being gathered
  Gathered going_; // what is sent; empty: nothing
  std::uint64_t total_ = 0;
  std::uint64_t next_line_ = 1; // the first that is neither sent nor among them
  const Transport transport_;
  std::optional<Pusher> pusher_;
  std::optional<Spool> spool_;
  std::optional<Failure> trouble_;
  Deadline next_try_{}; // of the receiver, then
  Deadline::duration pause_;
};

} // namespace metrics_event
