#pragma once

#include "base/exit_code.hpp"
#include "commands/flush_options.hpp"
#include "spool/record.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace metrics_event {

/// What became of a flush.
struct FlushReport {
  std::optional<FlushOptions::Task> task; // that was begun; none: nothing was
  std::string spool;                      // its path; empty: not known
  std::uint64_t delivered = 0;
  std::uint64_t refused = 0;
  std::uint64_t set_aside = 0; // no entries
  std::uint64_t left = 0;
  std::uint64_t dropped = 0;
  std::chrono::milliseconds elapsed{};
  ExitCode exit_code = ExitCode::ok; // of the process, which --best-effort may have changed
  std::optional<Failure> failure;
};

/// `delivered 12, refused 0, left 3`, or `dropped 5, left 0`, with its newline; nothing when
/// neither was begun.
std::string to_text(const FlushReport& report);

/// One object on one line: `exit_code`, `spool`, the numbers, `elapsed_ms`, `error`.
std::string to_json(const FlushReport& report);

/// An entry as `--list` shows it.
struct ListedEntry {
  std::string file;
  int attempts = 0;
  std::optional<SpoolRecord> record{}; // none: the file is no entry
  std::string reason{};                // why it was refused, or is no entry
};

/// The head of the list for people.
std::string list_head();

/// The list as one JSON object: what stands before its entries, which have commas between them,
/// and behind.
std::string list_begin(const std::string& spool);
inline constexpr std::string_view list_end = "]}\n";

/// A line of the list for people: age, attempts, event, destination, tenant, reason.
std::string to_text(const ListedEntry& entry, Instant now);

/// The same as one JSON object: `file`, `event`, `entry_time_ns`, `age_s`, `attempts`, `url`,
/// `org_id`, `labels`, `line`, `reason`.
std::string to_json(const ListedEntry& entry, Instant now);

} // namespace metrics_event
