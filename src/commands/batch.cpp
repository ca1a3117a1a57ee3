#include "commands/batch.hpp"

#include "commands/batch_console.hpp"
#include "commands/batch_input.hpp"
#include "commands/batch_sender.hpp"
#include "loki/distinct_times.hpp"
#include "settings/rules.hpp"
#include "system/signals.hpp"

#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace metrics_event {
namespace {

class Batch {
public:
  Batch(const RunCommand& command, const EventTypes& types, const Resolved& resolved,
        const Means& means, BatchReport& report)
      : resolved_{resolved}, settings_{resolved.settings}, means_{means}, report_{report},
        started_{means.clock.steady_now()}, options_{option_texts(*command.type, command.options)},
        skips_invalid_{!options_.at("skip-invalid").empty()},
        // Unless it is asked for, an import keeps the times of what it imports.
        takes_own_time_{resolved.origins.at("entry-time").source == Origin::Source::built_in ||
                        settings_.entry_time == EntryTime::event},
        input_{command.operand.value_or(""), options_.at("null").empty() ? '\n' : '\0', types},
        console_{means.console, means.clock, input_.name()}, sender_{resolved, means, console_,
                                                                     report,
                                                                     [this] { read_ahead(); }} {
    note_signals();
  }

  void run() {
    try {
      if (input_.is_regular()) {
        validate();
      }
      for (const std::string& risk : risks(resolved_)) {
        means_.console.warn(risk);
      }
      send();
    } catch (...) {
      finish();
      throw;
    }
    finish();
    if (settings_.verbose) {
      means_.console.say(counts(report_));
    }
    if (sender_.trouble() && !may_pass(sender_.trouble()->code())) {
      throw Failure{*sender_.trouble()};
    }
    if (report_.invalid + report_.refused > 0) {
      throw Failure{ExitCode::data,
                    "not all of " + input_.name() + " was sent: " + counts(report_)};
    }
  }

private:
  void finish() {
    console_.clear();
    report_.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(means_.clock.steady_now() - started_);
  }

  void complain_of_line() {
    const LineMistake mistake = input_.mistake();
    console_.complain(report_.invalid,
                      std::to_string(input_.number()) + ':' + std::to_string(mistake.column),
                      mistake.text);
  }

  void validate() {
    if (!input_.validate(means_.clock.now(), [this] { complain_of_line(); })) {
      throw Failure{ExitCode::tempfail, "a signal ended it; nothing was sent"};
    }
    if (report_.invalid > 0 && !skips_invalid_) {
      throw Failure{ExitCode::data, input_.name() + ": " + std::to_string(report_.invalid) +
                                        " of " + std::to_string(input_.total()) +
                                        " lines are no events, so nothing was sent; mend them, or "
                                        "send the rest with --skip-invalid"};
    }
  }

  void send() {
    sender_.expect(input_.total());
    while (true) {
      if (noted_signal() != 0) {
        sender_.stop();
      }
      if (failure_ahead_) {
        std::rethrow_exception(failure_ahead_);
      }
      const Instant now = means_.clock.now();
      const auto step =
          ahead_ ? *std::exchange(ahead_, std::nullopt) : input_.next(sender_.due(), now);
      switch (step) {
      case BatchInput::Step::event: take(now); break;
      case BatchInput::Step::mistake: pass_over(); break;
      case BatchInput::Step::idle: sender_.push(); break;
      case BatchInput::Step::end:
        reads_ahead_ = false;
        sender_.push();
        return;
      }
      reach_next();
    }
  }

  // While an answer is awaited: gathers what is to go next, as far as it is there and has room.
  void read_ahead() {
    try {
      while (reads_ahead_ && !ahead_ && !failure_ahead_) {
        const Instant now = means_.clock.now();
        const auto step = input_.next(Deadline{}, now); // without waiting
        if (step == BatchInput::Step::idle) {
          return;
        }
        if (step == BatchInput::Step::event) {
          take(now);
          reach_next();
        } else {
          ahead_ = step;
        }
      }
    } catch (...) { // the answer comes first
      failure_ahead_ = std::current_exception();
    }
  }

  void reach_next() {
    if (!ahead_) {
      sender_.reach(input_.number() + 1);
    }
  }

  void take(Instant now) {
    sender_.reach(input_.number());
    const bool is_new = !time_;
    const Instant time = is_new ? times_.next(takes_own_time_ ? input_.timestamp() : now)
                                : *std::exchange(time_, std::nullopt);
    if (is_new) {
      warn_of_losses({&settings_.labels, time, input_.line(), &settings_.metadata}, now);
    }
    if (!sender_.add(input_.line(), time, input_.number())) {
      time_ = time;
      ahead_ = BatchInput::Step::event;
    }
  }

  // A line that is no event.
  void pass_over() {
    passed_over_ += 1;
    if (passed_over_ > report_.invalid) { // it was not said when all were looked at
      complain_of_line();
    }
    if (!skips_invalid_) {
      reads_ahead_ = false;
      sender_.push();
      throw Failure{ExitCode::data, input_.name() + ": line " + std::to_string(input_.number()) +
                                        " is no event, so it ends there: " + counts(report_)};
    }
  }

  // Once of each.
  void warn_of_losses(const EntryView& entry, Instant now) {
    for (const Loss& loss : possible_losses()) {
      if (loss.is_likely(entry, now) && losses_.insert(&loss).second) {
        console_.warn(input_.name() + ':' + std::to_string(input_.number()) + ": " +
                      std::string{loss.words} + "; others may be like that");
      }
    }
  }

  const Resolved& resolved_;
  const Settings& settings_;
  const Means& means_;
  BatchReport& report_;
  Deadline started_;
  std::map<std::string_view, std::string> options_;
  bool skips_invalid_;
  bool takes_own_time_;
  BatchInput input_;
  BatchConsole console_;
  BatchSender sender_;
  DistinctTimes times_;
  std::optional<Instant> time_; // of an event that has one and is not taken yet
  bool reads_ahead_ = true;
  std::optional<BatchInput::Step> ahead_; // was found so, and waits to be dealt with
  std::exception_ptr failure_ahead_;      // the same
  std::uint64_t passed_over_ = 0;         // lines that are no events
  std::set<const Loss*> losses_;          // that were warned of
};

} // namespace

void batch(const RunCommand& command, const EventTypes& types, const Resolved& resolved,
           const Means& means, BatchReport& report) {
  report.url = resolved.settings.url.url(); // before anything can go wrong
  Batch{command, types, resolved, means, report}.run();
}

} // namespace metrics_event
