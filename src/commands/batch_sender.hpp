#pragma once

#include "commands/batch_console.hpp"
#include "commands/batch_report.hpp"
#include "commands/context.hpp"
#include "delivery/pusher.hpp"
#include "delivery/spooler.hpp"
#include "loki/entry.hpp"
#include "loki/push.hpp"
#include "settings/settings.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace metrics_event {

/// Gathers the entries of a batch until a push is full, then sends it. Depending on the settings
/// and on the receiver, it prints the entries, appends them to a file or keeps them in the spool
/// instead. It updates the report as it proceeds.
class BatchSender {
public:
  BatchSender(const Resolved& resolved, const Context& context, BatchConsole& console,
              BatchReport& report);
  BatchSender(const BatchSender&) = delete;
  BatchSender& operator=(const BatchSender&) = delete;

  /// Adds the entry of line `number`. When the current push has no room for it, sends that push
  /// first. Throws Failure when the push can be neither delivered nor kept.
  void add(const Entry& entry, std::uint64_t number);

  /// Sends the gathered entries, so that every line before `next_line` is dealt with. Throws
  /// Failure when they can be neither delivered nor kept.
  void send(std::uint64_t next_line);

  /// Returns the time at which the gathered entries must be sent even though the push has room
  /// left; Deadline::max() when there are none.
  Deadline due() const { return numbers_.empty() ? Deadline::max() : due_; }

  /// Sets the total number of lines for the progress bar; 0 means that it is unknown.
  void expect(std::uint64_t total) { total_ = total; }

  /// Ends the batch after a signal: keeps the gathered entries if a spool is in use, then throws
  /// Failure (tempfail) that names the first line neither sent nor kept.
  [[noreturn]] void stop(std::uint64_t next_line);

  /// Returns why entries currently go into the spool; nothing while the receiver accepts them.
  const std::optional<Failure>& trouble() const { return trouble_; }

private:
  std::span<const Entry> gathered() const { return std::span{entries_}.first(numbers_.size()); }
  void print();
  void append();
  void push(std::uint64_t next_line);
  Pusher& pusher();
  void count(const Pushed& pushed);
  void note_left(std::size_t first, std::size_t count, Doubt doubt);
  void retain_left();
  void keep();
  [[noreturn]] void fail(const Failure& failure, std::uint64_t first_unsent) const;

  const Resolved& resolved_;
  const Settings& settings_;
  const Context& context_;
  BatchConsole& console_;
  BatchReport& report_;
  PushRoom room_;                      // remaining room beside the gathered entries
  std::vector<std::uint64_t> numbers_; // line numbers of the gathered entries
  std::vector<Entry> entries_;         // the gathered ones, then spare ones for reuse

  // An entry that is neither delivered nor refused: its index in the last push, and what is open.
  struct Left {
    std::size_t index;
    Doubt doubt;
  };
  std::vector<Left> left_; // of the last push, in order
  Deadline due_{};
  std::uint64_t total_ = 0;
  const Transport transport_;
  Spooler spooler_;
  std::optional<Pusher> pusher_;
  std::optional<Failure> trouble_;
  Deadline next_try_{}; // when the receiver is tried again
  Deadline::duration pause_;
};

} // namespace metrics_event
