#pragma once

#include "commands/batch_input.hpp"
#include "commands/batch_sender.hpp"
#include "commands/context.hpp"
#include "commands/position_store.hpp"
#include "loki/distinct_times.hpp"
#include "settings/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace metrics_event {

/// Keeps the position of one file for `batch --resume`: finds the stored one, moves the input to
/// it, and writes it anew before entries leave and when the run ends. Failures: cantcreat when the
/// position cannot be written, tempfail when the file is in use or is truncated while it is read.
class Bookmark {
public:
  /// Opens the stored position of the input, if there is one, and moves the input there. In a dry
  /// run and while sending is disabled, the position is read and never written. Otherwise another
  /// run that sends the same file to the same destination is waited for until the time limit of the
  /// settings. `directory` is where positions are kept; empty means that there is no place.
  Bookmark(BatchInput& input, const std::string& directory, const Settings& settings,
           EntryTime entry_time, const Context& context);

  /// Returns the push that was under way when an earlier run ended, until it is dealt with.
  const std::optional<OpenPush>& open_push() const { return replayed_; }

  /// Returns the time for an event without one in a line of that push, and what is open about it.
  Instant read_time(std::uint64_t line) const {
    return metrics_event::read_time(*replayed_, first_replayed_, line);
  }
  std::optional<Doubt> doubt_about(std::uint64_t line) const {
    return metrics_event::doubt_about(*replayed_, first_replayed_, line);
  }

  /// Ends the repetition of that push.
  void end_replay() { replayed_.reset(); }

  /// Returns what the entry times of the lines after the position depend on.
  DistinctTimes times() const { return times_; }

  /// Notes the event of the line read last: its own time, and the time at which it was read if its
  /// entry depends on that.
  void note_event(Instant own, std::optional<Instant> read_at);

  /// Notes which lines are not dealt with. All other lines before `lines.next_line` are. With open
  /// lines, the position is on the disk when this returns.
  void note(const OpenLines& lines);

  /// Writes the position unless it is on the disk already.
  void save();

private:
  struct Event {
    std::uint64_t line;
    Instant own;
    std::optional<Instant> read_at;
  };

  void lock(const Settings& settings);
  void advance(std::uint64_t end, std::uint64_t last_line);
  OpenPush open_push(const OpenLines& lines, std::uint64_t end) const;
  void write(std::uint64_t end);

  BatchInput& input_;
  const Context& context_;
  bool is_read_only_;
  EntryTime entry_time_;
  const Labels& metadata_;
  std::optional<PositionStore> store_;
  std::optional<Descriptor> lock_;
  Position position_;
  std::string name_; // of the file of the position
  std::optional<OpenPush> replayed_;
  std::uint64_t first_replayed_ = 0;
  Imprint known_;             // an imprint that the file must still have
  DistinctTimes times_;       // at the position
  std::vector<Event> events_; // after the position
  bool is_dirty_ = false;     // the position is not on the disk
};

} // namespace metrics_event
