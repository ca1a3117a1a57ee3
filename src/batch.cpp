#include "batch.hpp"

#include "access.hpp"
#include "batch_line.hpp"
#include "interruption.hpp"
#include "line_reader.hpp"
#include "log_file.hpp"
#include "loki.hpp"
#include "places.hpp"
#include "progress.hpp"
#include "pusher.hpp"
#include "settings_rules.hpp"
#include "spool.hpp"
#include "text.hpp"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr auto longest_idle = 1s; // then what has come so far goes
constexpr std::uint64_t most_complaints = 10;

// A range of lines, for people.
std::string lines(std::uint64_t first, std::uint64_t last) {
  return first == last ? "line " + std::to_string(first)
                       : "lines " + std::to_string(first) + " to " + std::to_string(last);
}

class Batch {
public:
  Batch(const RunCommand& command, const EventTypes& types, const Resolved& resolved,
        const Means& means, BatchReport& report)
      : types_{types}, resolved_{resolved}, settings_{resolved.settings}, means_{means},
        report_{report}, progress_{means.console, means.clock, "delivered or refused"} {
    auto texts = option_texts(*command.type, command.options);
    path_ = command.operand.value_or("");
    end_of_line_ = texts.at("null").empty() ? '\n' : '\0';
    skips_invalid_ = !texts.at("skip-invalid").empty();
    // Unless it is asked for, an import keeps the times of what it imports.
    const bool is_asked = resolved.origins.at("entry-time").source != Origin::Source::built_in;
    takes_own_time_ = !is_asked || settings_.entry_time == EntryTime::event;
  }

  void run() {
    report_.url = settings_.url.url();
    LineReader reader{path_, end_of_line_, largest_push};
    note_signals();
    started_ = means_.clock.steady_now();
    try {
      if (reader.is_regular()) {
        validate(reader);
      }
      for (const std::string& risk : risks(resolved_)) {
        means_.console.warn(risk);
      }
      send(reader);
    } catch (...) {
      finish();
      throw;
    }
    finish();
    if (settings_.verbose) {
      means_.console.say(counts(report_));
    }
    if (trouble_ && !may_pass(trouble_->code())) {
      throw Failure{*trouble_};
    }
    if (report_.invalid + report_.refused > 0) {
      throw Failure{ExitCode::data, "not all of " + name_ + " was sent: " + counts(report_)};
    }
  }

private:
  void finish() {
    progress_.clear();
    report_.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(means_.clock.steady_now() - started_);
  }

  // Says what is wrong with a line, the first times.
  void complain(std::uint64_t& count, std::uint64_t line, const std::string& column,
                const std::string& text) {
    count += 1;
    if (count > most_complaints) {
      return;
    }
    progress_.clear();
    means_.console.say("error: " + name_ + ':' + std::to_string(line) + column + ": " + text);
    if (count == most_complaints) {
      means_.console.say("error: " + name_ + ": what else is like that is only counted");
    }
  }

  // The event of the line that was read, if it is one; else that is said.
  std::optional<Event> read_event(const LineReader& reader, LineReader::Step step, Instant now) {
    auto event = step == LineReader::Step::too_long
                     ? boost::system::result<Event, LineMistake>{LineMistake{
                           1, "the line is longer than " + std::to_string(largest_push) + " bytes"}}
                     : read_batch_line(reader.line(), types_, now);
    if (event) {
      return *std::move(event);
    }
    if (!is_validated_ || !skips_invalid_) { // else it was said when it was looked at first
      complain(report_.invalid, reader.number(), ':' + std::to_string(event.error().column),
               event.error().text);
    }
    return std::nullopt;
  }

  // Whether nothing stands in a line, as it may at the end.
  static bool is_blank(const LineReader& reader, LineReader::Step step) {
    return step == LineReader::Step::line &&
           reader.line().find_first_not_of(" \t\r\n") == std::string_view::npos;
  }

  // Looks at all lines of a regular file before the first one is sent.
  void validate(LineReader& reader) {
    name_ = reader.name();
    const Instant now = means_.clock.now();
    LineReader::Step step{};
    while ((step = reader.next(Deadline::max())) != LineReader::Step::end) {
      if (step == LineReader::Step::idle) {
        throw interrupted("nothing was sent");
      }
      if (!is_blank(reader, step)) {
        read_event(reader, step, now);
      }
    }
    total_ = reader.number();
    if (report_.invalid > 0 && !skips_invalid_) {
      throw Failure{ExitCode::data, name_ + ": " + std::to_string(report_.invalid) + " of " +
                                        std::to_string(total_) +
                                        " lines are no events, so nothing was sent; mend them, or "
                                        "send the rest with --skip-invalid"};
    }
    is_validated_ = true;
    reader.rewind();
  }

  void send(LineReader& reader) {
    name_ = reader.name();
    while (true) {
      const auto step = reader.next(entries_.empty() ? Deadline::max()
                                                     : means_.clock.steady_now() + longest_idle);
      if (step == LineReader::Step::end) {
        push();
        return;
      }
      if (noted_signal() != 0) {
        stop(reader.number());
      }
      if (step == LineReader::Step::idle) {
        push();
      } else if (!is_blank(reader, step)) {
        take(reader, step);
      }
    }
  }

  void take(const LineReader& reader, LineReader::Step step) {
    const Instant now = means_.clock.now();
    auto event = read_event(reader, step, now);
    if (!event) {
      if (!skips_invalid_) {
        push();
        throw Failure{ExitCode::data, name_ + ": " + lines(reader.number(), reader.number()) +
                                          " is no event, so it ends there: " + counts(report_)};
      }
      return;
    }
    Entry entry = make_entry(*event, settings_.labels, settings_.metadata, EntryTime::now,
                             times_.next(takes_own_time_ ? event->timestamp : now));
    warn_of_losses(entry, reader.number(), now);
    if (!room_.takes(entry)) {
      push();
      room_.takes(entry);
    }
    entries_.push_back(std::move(entry));
    numbers_.push_back(reader.number());
  }

  void warn_of_losses(const Entry& entry, std::uint64_t line, Instant now) {
    for (std::string& loss : likely_losses(entry, now)) {
      const std::string text = name_ + ':' + std::to_string(line) + ": " + loss;
      if (losses_.insert(std::move(loss)).second) {
        progress_.clear();
        means_.console.warn(text + "; others may be like that");
      }
    }
  }

  // Sends what was gathered, and so makes room.
  void push() {
    if (entries_.empty()) {
      return;
    }
    if (settings_.dry_run) {
      print();
    } else if (settings_.disabled) {
      // validated, and that is all
    } else if (settings_.url.scheme == Scheme::file) {
      append();
    } else if (trouble_) {
      keep(entries_);
    } else {
      deliver();
    }
    progress_.show(numbers_.back(), total_);
    entries_.clear();
    numbers_.clear();
    room_ = PushRoom{};
  }

  void print() {
    if (settings_.output == Output::text) {
      std::string text;
      for (const Entry& entry : entries_) {
        text += entry.line + '\n';
      }
      const bool is_file = settings_.url.scheme == Scheme::file;
      means_.console.print(is_file ? text : push_body(entries_) + '\n');
    }
  }

  void append() {
    std::string text;
    const auto write = [&] {
      append_line(settings_.url.target, text, settings_.special_file,
                  means_.clock.steady_now() + settings_.timeout);
      text.clear();
    };
    for (const Entry& entry : entries_) {
      text.append(text.empty() ? "" : "\n").append(entry.line);
      if (settings_.special_file) { // a FIFO takes a line at once, not many
        write();
        report_.delivered += 1;
      }
    }
    if (!text.empty()) {
      write();
      report_.delivered += entries_.size();
    }
  }

  void deliver() {
    const DelayedSignals delayed; // it ends between two pushes, when it is known what arrived
    std::size_t done = 0;
    try {
      done =
          pusher().push(settings_.org_id, entries_, [this](const Pushed& pushed) { hear(pushed); });
    } catch (const Failure& failure) { // there is no way to the receiver
      trouble_ = failure;
    }
    if (trouble_) {
      const std::span rest = std::span{entries_}.subspan(done);
      if (!settings_.spool.on || trouble_->code() == ExitCode::data) {
        throw Failure{trouble_->code(),
                      trouble_->text() + "; line " + std::to_string(numbers_[done]) +
                          " and what follows it are not sent: " + counts(report_)};
      }
      keep(rest);
      progress_.clear();
      means_.console.warn("what is left goes into the spool " +
                          quote_path(settings_.spool.directory) + ": " + trouble_->text());
    }
  }

  Pusher& pusher() {
    if (!pusher_) {
      Access access = open_access(resolved_, means_.clock.steady_now() + settings_.timeout,
                                  [this](const std::string& text) { means_.console.warn(text); });
      pusher_.emplace(std::move(access), settings_.headers,
                      PushLimits{settings_.retries, settings_.timeout}, means_.transport,
                      means_.clock);
    }
    return *pusher_;
  }

  void hear(const Pushed& pushed) {
    const Judgement& judgement = pushed.delivery.judgement;
    const std::string_view hint = settings_.metadata.empty() ? "" : metadata_hint(judgement);
    switch (pushed.fate) {
    case Pushed::Fate::accepted: report_.delivered += pushed.count; break;
    case Pushed::Fate::refused:
      complain(report_.refused, numbers_[pushed.first], "",
               report_.url + " refuses it: " + judgement.message + std::string{hint});
      break;
    case Pushed::Fate::stopped:
      trouble_ = Failure{judgement.code, "cannot deliver to " + report_.url + ": " +
                                             judgement.message + std::string{hint}};
      break;
    }
  }

  // Puts what cannot be delivered into the spool.
  void keep(std::span<const Entry> entries) {
    if (settings_.spool.directory.empty()) {
      blame(resolved_.origins.at("spool"), std::string{no_usual_spool});
    }
    if (!spool_) {
      spool_.emplace(Spool::make(settings_.spool));
    }
    const std::size_t first = entries_.size() - entries.size();
    for (std::size_t i = 0; i < entries.size(); ++i) {
      try {
        spool_->add({settings_.url.kept_url(), settings_.org_id, entries[i]}, 1,
                    random_id(means_.clock), settings_.spool_max_bytes);
      } catch (const Failure& failure) {
        throw Failure{failure.code(), failure.text() + "; line " +
                                          std::to_string(numbers_[first + i]) +
                                          " and what follows it are not sent: " + counts(report_)};
      }
      report_.spooled += 1;
    }
  }

  Failure interrupted(const std::string& what) const {
    return {ExitCode::tempfail, "a signal ended it: " + what};
  }

  // At a signal, with what was read and not yet sent.
  [[noreturn]] void stop(std::uint64_t last_line) {
    const bool has_rest = !entries_.empty();
    const std::uint64_t first = has_rest ? numbers_.front() : last_line + 1;
    if (has_rest && settings_.spool.on && !settings_.dry_run && !settings_.disabled &&
        settings_.url.scheme != Scheme::file) {
      keep(entries_);
      throw interrupted(counts(report_));
    }
    throw interrupted(counts(report_) + "; line " + std::to_string(first) +
                      " and what follows it are not sent");
  }

  const EventTypes& types_;
  const Resolved& resolved_;
  const Settings& settings_;
  const Means& means_;
  BatchReport& report_;
  std::string path_;
  char end_of_line_ = '\n';
  bool skips_invalid_ = false;
  bool takes_own_time_ = true;
  std::string name_; // of the input
  Progress progress_;
  Deadline started_{};
  bool is_validated_ = false;
  std::uint64_t total_ = 0; // lines; 0: not known
  DistinctTimes times_;
  PushRoom room_;
  std::vector<Entry> entries_;         // of the next push
  std::vector<std::uint64_t> numbers_; // of their lines
  std::set<std::string> losses_;       // that were warned of
  std::optional<Pusher> pusher_;
  std::optional<Spool> spool_;
  std::optional<Failure> trouble_; // why what comes goes into the spool
};

} // namespace

void batch(const RunCommand& command, const EventTypes& types, const Resolved& resolved,
           const Means& means, BatchReport& report) {
  Batch{command, types, resolved, means, report}.run();
}

} // namespace metrics_event
