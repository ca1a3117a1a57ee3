#pragma once

#include "commands/batch_console.hpp"
#include "commands/batch_input.hpp"
#include "commands/batch_report.hpp"
#include "commands/batch_sender.hpp"
#include "commands/bookmark.hpp"
#include "commands/run.hpp"
#include "loki/distinct_times.hpp"
#include "loki/entry.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace metrics_event {

/// Sends the events of one file, or of standard input.
class BatchFile {
public:
  /// Opens the input as LineReader does. Throws Failure (noinput).
  BatchFile(const Run& run, const std::string& path);
  BatchFile(const BatchFile&) = delete;
  BatchFile& operator=(const BatchFile&) = delete;

  /// Sends the events and adds what became of them to `total`, also when it throws. Throws Failure
  /// when not all of them are delivered or kept.
  void run(EventCounts& total);

private:
  void send_all();
  void validate();
  void replay();
  void repeat(const OpenPush& push, Instant now);
  void send();
  void take(Instant now);
  void make_entry(EntryTime entry_time, Instant now);
  void pass_over();
  void complain_of_line();
  void warn_of_losses(Instant now);

  const Run& run_;
  const Settings& settings_;
  const Context& context_;
  const bool skips_invalid_;
  const bool resumes_;
  const EntryTime entry_time_;
  BatchReport report_;
  BatchInput input_;
  BatchConsole console_;
  BatchSender sender_;
  std::optional<Bookmark> bookmark_; // only with --resume
  DistinctTimes times_;
  Entry entry_;                       // entry of the line read last
  std::uint64_t passed_over_ = 0;     // lines that are not valid events
  std::set<std::string_view> losses_; // kinds already warned of
};

} // namespace metrics_event
