#include "commands/flush_options.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw Failure{ExitCode::usage, text};
}

template <class T>
T value_of(const Parsed<T>& parsed, const char* option) {
  if (!parsed) {
    refuse(std::string{option} + ": " + parsed.error().text);
  }
  return *parsed;
}

} // namespace

bool SpoolFilter::selects(const Entry& entry, Instant now) const {
  return (event.empty() || event_of(entry) == event) &&
         (!older_than || now - entry.time > *older_than);
}

FlushOptions flush_options(const CommandType& flush, std::span<const GivenOption> given) {
  auto texts = option_texts(flush, given);
  const auto is_on = [&](const char* name) {
    const std::string& text = texts.at(name);
    return !text.empty() && value_of(parse_bool(text), ("--" + std::string{name}).c_str());
  };
  FlushOptions options;
  const bool lists = is_on("list");
  const bool drops = is_on("drop");
  options.task = drops   ? FlushOptions::Task::drop
                 : lists ? FlushOptions::Task::list
                         : FlushOptions::Task::send;
  options.refused = is_on("refused");
  if (const std::string& wait = texts.at("wait"); !wait.empty()) {
    options.wait = value_of(parse_duration(wait), "--wait");
  }
  if (const std::string& age = texts.at("older-than"); !age.empty()) {
    options.filter.older_than = value_of(parse_age(age), "--older-than");
  }
  options.filter.event = texts.at("event");
  std::ranges::replace(options.filter.event, '-', '_');

  const bool filters = !options.filter.selects_all();
  if (lists && drops) {
    refuse("--list and --drop exclude each other, give one");
  }
  if (options.wait && (lists || drops)) {
    refuse("--wait means nothing to --list and --drop, leave it out");
  }
  if (!lists && !drops && (filters || options.refused)) {
    refuse("a filter is for --list or --drop, give one of them");
  }
  if (is_on("all") && (!drops || filters)) {
    refuse("--all is for --drop without a filter");
  }
  if (drops && !filters && !is_on("all")) {
    refuse("--drop needs a filter, --event or --older-than, or --all");
  }
  return options;
}

} // namespace metrics_event
