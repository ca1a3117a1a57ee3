#pragma once

#include "commands/batch_console.hpp"
#include "commands/batch_report.hpp"
#include "commands/context.hpp"
#include "delivery/pusher.hpp"
#include "delivery/spooler.hpp"
#include "loki/entry.hpp"
#include "loki/push.hpp"
#include "settings/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// Gathers the entries of a batch until a push is full and sends it; or prints it, appends its
/// lines to a file, keeps it in the spool, as the settings and the receiver want it. Fills the
/// report as it goes.
class BatchSender {
public:
  BatchSender(const Resolved& resolved, const Context& context, BatchConsole& console,
              BatchReport& report);
  BatchSender(const BatchSender&) = delete;
  BatchSender& operator=(const BatchSender&) = delete;

  /// Takes the entry of a line, whose number is `number`. Where a push has no room for it, what was
  /// gathered is sent first. Throws Failure when that can neither be sent nor kept.
  void add(const Entry& entry, std::uint64_t number);

  /// Sends what was gathered, which is all that is to be sent of the lines before `next_line`.
  /// Throws as `add`.
  void send(std::uint64_t next_line);

  /// The time at which what was gathered has to be sent although there is room left.
  Deadline due() const { return numbers_.empty() ? Deadline::max() : due_; }

  /// There are so many lines; 0: that is not known.
  void expect(std::uint64_t total) { total_ = total; }

  /// Ends the batch at a signal: keeps what was gathered, if there is a spool, and throws Failure,
  /// which names the first line that is neither sent nor kept.
  [[noreturn]] void stop(std::uint64_t next_line);

  /// Why what comes goes into the spool, if it does.
  const std::optional<Failure>& trouble() const { return trouble_; }

private:
  std::span<const Entry> gathered() const { return std::span{entries_}.first(numbers_.size()); }
  void print();
  void append();
  void push(std::uint64_t next_line);
  Pusher& pusher();
  void count(const Pushed& pushed);
  void keep();
  void drop(std::size_t count);
  [[noreturn]] void fail(const Failure& failure, std::uint64_t first_unsent) const;

  const Resolved& resolved_;
  const Settings& settings_;
  const Context& context_;
  BatchConsole& console_;
  BatchReport& report_;
  PushRoom room_;                      // what is left of it beside the entries that were gathered
  std::vector<std::uint64_t> numbers_; // of the lines that were gathered, and neither sent nor kept
  std::vector<Entry> entries_;         // of these lines, and behind them old ones
  Deadline due_{};
  std::uint64_t total_ = 0;
  const Transport transport_;
  Spooler spooler_;
  std::optional<Pusher> pusher_;
  std::optional<Failure> trouble_;
  Deadline next_try_{}; // of the receiver, then
  Deadline::duration pause_;
};

} // namespace metrics_event
