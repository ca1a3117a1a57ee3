#pragma once

#include "loki/distinct_times.hpp"
#include "loki/entry.hpp"
#include "spool/record.hpp"
#include "system/imprint.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Consecutive lines of a file and what is open about their entries; nothing means that the lines
/// are dealt with, or never were events.
struct LineRun {
  std::uint64_t count = 1;
  std::optional<Doubt> doubt{};

  bool operator==(const LineRun&) const = default;
};

/// The push that was under way when a position was written, and all that it takes to make the same
/// entries again from the lines of the file.
struct OpenPush {
  std::uint64_t end = 0;       // the offset after its last line, in bytes
  std::uint64_t last_line = 0; // the number of that line
  EntryTime entry_time{};
  Labels metadata;
  std::vector<TimeRun> read_at; // for each line, the time that an event without one gets
  std::vector<LineRun> lines;
  bool is_spooling = false; // the entries were being put into the spool

  bool operator==(const OpenPush&) const = default;
};

/// The place up to which a file is dealt with, for one destination. It never holds a secret.
struct Position {
  Destination destination;
  Labels labels;
  std::uint64_t device = 0; // these two tell a file from a copy of it
  std::uint64_t inode = 0;
  std::uint64_t begin = 0;    // the offset after the last line that is dealt with, in bytes
  std::uint64_t line = 0;     // the number of that line
  Imprint imprint{};          // of the file up to the end of the push, or up to `begin`
  std::vector<TimeRun> times; // what DistinctTimes remembers at `begin`
  std::optional<OpenPush> push{};

  bool operator==(const Position&) const = default;
};

/// Returns a position as one line of JSON that ends in a newline.
std::string encode(const Position& position);

/// Decodes the text of a position, or returns a sentence that says why it is not one.
boost::system::result<Position, std::string> decode_position(std::string_view text);

/// Returns the time for an event without one in a line of the push. `first` is the number of the
/// first line of the push.
Instant read_time(const OpenPush& push, std::uint64_t first, std::uint64_t line);

/// Returns what is open about a line of the push; nothing when it is dealt with.
std::optional<Doubt> doubt_about(const OpenPush& push, std::uint64_t first, std::uint64_t line);

} // namespace metrics_event
