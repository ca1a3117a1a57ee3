#pragma once

#include "commands/batch_console.hpp"
#include "commands/batch_report.hpp"
#include "commands/context.hpp"
#include "commands/gathered_lines.hpp"
#include "delivery/pusher.hpp"
#include "delivery/spooler.hpp"
#include "delivery/waiting_entries.hpp"
#include "loki/entry.hpp"
#include "settings/settings.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

namespace metrics_event {

/// The lines of a batch whose entries are neither delivered, spooled nor refused, and what is open
/// about each. Every other line before `next_line` is dealt with.
struct OpenLines {
  std::span<const std::uint64_t> numbers; // ascending
  std::span<const Doubt> doubts;
  std::uint64_t next_line = 1;
  bool is_spooling = false; // the entries are about to be put into the spool
};

/// Gathers the entries of a batch until a push is full, then sends it. Depending on the settings
/// and on the receiver, it prints the entries, appends them to a file or keeps them in the spool
/// instead. It updates the report as it proceeds.
class BatchSender {
public:
  /// `note_open` is called before entries leave, which they do with Doubt::possibly_stored, before
  /// they go into the spool, when some of them can be neither delivered nor kept, and when all
  /// lines are dealt with. What it throws before entries leave keeps them from leaving.
  BatchSender(const Resolved& resolved, const Context& context, BatchConsole& console,
              BatchReport& report, std::function<void(const OpenLines&)> note_open = {});
  BatchSender(const BatchSender&) = delete;
  BatchSender& operator=(const BatchSender&) = delete;

  /// Adds the entry of line `number`, about which earlier runs left a doubt or none. When the
  /// current push has no room for it, sends that push first. Throws Failure when the push can be
  /// neither delivered nor kept.
  void add(const Entry& entry, std::uint64_t number, Doubt doubt = Doubt::none);

  /// Sends the gathered entries, so that every line before `next_line` is dealt with. Throws
  /// Failure when they can be neither delivered nor kept.
  void send(std::uint64_t next_line);

  /// Sends the gathered entries, as possibly stored, unless they wait in the spool: an earlier run
  /// was killed while it put them there, and a flush may have sent them since.
  void send_unless_spooled(std::uint64_t next_line);

  /// Returns the time at which the gathered entries must be sent even though the push has room
  /// left; Deadline::max() when there are none.
  Deadline due() const { return lines_.empty() ? Deadline::max() : due_; }

  /// Sets the total number of lines for the progress bar; 0 means that it is unknown.
  void expect(std::uint64_t total) { total_ = total; }

  /// Ends the batch after a signal: keeps the gathered entries if a spool is in use, then throws
  /// Failure (tempfail) that names the first line neither sent nor kept.
  [[noreturn]] void stop(std::uint64_t next_line);

  /// Returns why entries currently go into the spool; nothing while the receiver accepts them.
  const std::optional<Failure>& trouble() const { return trouble_; }

private:
  void clear();
  void note(bool is_spooling = false) const;
  void note_leaving();
  void print();
  void append();
  void push();
  std::optional<Failure> deliver_older();
  void push_lines();
  Routes open_routes() const;
  void count(const Pushed& pushed);
  void keep();
  std::uint64_t in_doubt() const;
  Failure unsent(const Failure& failure, std::uint64_t first_unsent) const;
  [[noreturn]] void fail(const Failure& failure, std::uint64_t first_unsent) const;

  const Resolved& resolved_;
  const Settings& settings_;
  const Context& context_;
  BatchConsole& console_;
  BatchReport& report_;
  const std::function<void(const OpenLines&)> note_open_; // may be empty
  GatheredLines lines_;
  std::uint64_t next_line_ = 1; // the first line after the gathered ones
  Deadline due_{};
  std::uint64_t total_ = 0;
  const Transport transport_;
  Spooler spooler_;
  std::optional<WaitingEntries> waiting_; // of a batch with a spool
  std::optional<Pusher> pusher_;          // once the routes to the receiver are open
  std::optional<Failure> trouble_;        // of the last push
  bool is_warned_ = false;                // of events that go into the spool
  bool is_stopped_ = false; // the last push was, so that the receiver is left alone for a while
  Deadline next_try_{};     // when the receiver is tried again
  Deadline::duration pause_;
};

} // namespace metrics_event
