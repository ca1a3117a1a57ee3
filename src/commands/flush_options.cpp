#include "commands/flush_options.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

[[noreturn]] void reject(const std::string& text) {
  throw Failure{ExitCode::usage, text};
}

} // namespace

bool SpoolFilter::selects(const TimedLine& entry, Instant now) const {
  return (event.empty() || event_of(entry.line) == event) &&
         (!older_than || now - entry.time > *older_than);
}

FlushOptions flush_options(const CommandOptions& given) {
  const bool lists = given.is_on("list");
  const bool drops = given.is_on("drop");
  FlushOptions options{.task = drops   ? FlushOptions::Task::drop
                               : lists ? FlushOptions::Task::list
                                       : FlushOptions::Task::send,
                       .wait = given.value("wait", parse_duration),
                       .filter = {.event = std::string{given.text("event")},
                                  .older_than = given.value("older-than", parse_age)},
                       .refused = given.is_on("refused")};
  std::ranges::replace(options.filter.event, '-', '_');

  const bool filters = !options.filter.selects_all();
  if (lists && drops) {
    reject("--list and --drop exclude each other; give one");
  }
  if (options.wait && (lists || drops)) {
    reject("--wait has no effect on --list and --drop; leave it out");
  }
  if (!lists && !drops && (filters || options.refused)) {
    reject("a filter needs --list or --drop; give one of them");
  }
  if (given.is_on("all") && (!drops || filters)) {
    reject("--all is for --drop without a filter");
  }
  if (drops && !filters && !given.is_on("all")) {
    reject("--drop needs a filter, --event or --older-than, or --all");
  }
  return options;
}

} // namespace metrics_event
