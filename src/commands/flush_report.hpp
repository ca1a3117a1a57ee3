#pragma once

#include "commands/counts.hpp"
#include "commands/flush_options.hpp"
#include "commands/run.hpp"
#include "spool/record.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace metrics_event {

/// The entries that a list has shown.
struct ListTotals {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;                  // that all entries of the listed kind take on the disk
  std::optional<std::uint64_t> max_bytes{}; // that they may take; none means that nothing limits it
  std::map<Destination, std::uint64_t> by_destination{}; // numbers of entries

  void add(const std::optional<Destination>& destination);
};

/// The outcome of a flush; the numbers are of entries.
struct FlushReport {
  std::optional<FlushOptions::Task> task; // the task that was begun; none means no task was
  std::string spool;                      // path; empty means unknown
  EventCounts counts;
  std::uint64_t set_aside = 0; // files that are not valid entries
  std::uint64_t left = 0;
  std::uint64_t dropped = 0;
  std::chrono::milliseconds elapsed{};
  bool tells_time = false; // the counts of a delivery end with the time that it took
  std::string outlook;     // the last line of a dry run, such as "would send 2\n"
  ListTotals list;         // of the task list
};

/// Returns the counts of a delivery or a drop as a line, such as `delivered 12, refused 0, left 3`
/// or `dropped 5, left 0`. Returns an empty text when neither task was begun.
std::string to_text(const FlushReport& report);

/// Renders the text for stdout, for people or as the result object. For a list, whose entries are
/// printed while it is made, this is what follows them: the totals.
std::string to_result(const FlushReport& report, const RunOutcome& outcome);

/// One entry in the output of `--list`.
struct ListedEntry {
  std::string file;
  int attempts = 0;
  bool is_being_tried = false;              // its sender is still delivering it, or was killed
  std::optional<Destination> destination{}; // none: the file is not a valid record
  Entry entry{};                            // of a valid record
  std::string reason{};                     // why it was refused, or is not a valid record
};

/// Returns the column headings of the list for people.
std::string list_head();

/// Returns what comes before the entries of the list as one JSON object; commas separate the
/// entries, and `to_result` has the end.
std::string list_begin(const std::string& spool);

/// Returns a line of the list for people: age, attempts, event, destination, tenant and reason.
std::string to_text(const ListedEntry& entry, Instant now);

/// Returns an entry of the list as a JSON object of `file`, `attempts`, `trying`, `event`,
/// `entry_time_ns`, `age_s`, `url`, `org_id`, `labels`, `line` and `reason`.
std::string to_json(const ListedEntry& entry, Instant now);

} // namespace metrics_event
