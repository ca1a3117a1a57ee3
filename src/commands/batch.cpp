#include "commands/batch.hpp"

#include "commands/batch_console.hpp"
#include "commands/batch_input.hpp"
#include "commands/batch_report.hpp"
#include "commands/batch_sender.hpp"
#include "loki/distinct_times.hpp"
#include "settings/rules.hpp"
#include "system/signals.hpp"

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

namespace metrics_event {
namespace {

class Batch {
public:
  Batch(const CommandLine& line, const EventTypes& types, const Resolved& resolved,
        const Context& context, BatchReport& report)
      : resolved_{resolved}, settings_{resolved.settings}, context_{context}, report_{report},
        started_{context.clock.steady_now()}, skips_invalid_{line.options.is_on("skip-invalid")},
        // An import keeps the times of its events unless the caller asked for another entry time.
        takes_own_time_{resolved.origins.at("entry-time").source == Origin::Source::built_in ||
                        settings_.entry_time == EntryTime::event},
        input_{line.operand.value_or(""), line.options.is_on("null") ? '\0' : '\n', types},
        console_{context.console, context.clock, input_.name()}, sender_{resolved, context,
                                                                         console_, report} {
    note_signals();
  }

  void run() {
    try {
      if (input_.is_regular()) {
        validate();
      }
      for (const std::string& risk : risks(resolved_)) {
        context_.console.warn(risk);
      }
      send();
    } catch (...) {
      finish();
      throw;
    }
    finish();
    for (const std::string& warning : warnings_about(report_.counts)) {
      context_.console.warn(warning);
    }
    if (settings_.verbose) {
      context_.console.say(counts(report_.counts));
    }
    if (sender_.trouble() && !may_pass(sender_.trouble()->code())) {
      throw Failure{*sender_.trouble()};
    }
    if (report_.counts.invalid + report_.counts.refused > 0) {
      throw Failure{ExitCode::data,
                    "not all of " + input_.name() + " was sent: " + counts(report_.counts)};
    }
  }

private:
  void finish() {
    console_.clear();
    report_.elapsed = whole_milliseconds(context_.clock.steady_now() - started_);
  }

  void complain_of_line() {
    const LineMistake mistake = input_.mistake();
    console_.complain(report_.counts.invalid,
                      std::to_string(input_.number()) + ':' + std::to_string(mistake.column),
                      mistake.text);
  }

  void validate() {
    if (!input_.validate(context_.clock.now(), [this] { complain_of_line(); })) {
      throw Failure{ExitCode::tempfail, "a signal ended it; nothing was sent"};
    }
    if (report_.counts.invalid > 0 && !skips_invalid_) {
      throw Failure{ExitCode::data, input_.name() + ": " + std::to_string(report_.counts.invalid) +
                                        " of " + std::to_string(input_.total()) +
                                        " lines are no events, so nothing was sent; mend them, or "
                                        "send the rest with --skip-invalid"};
    }
  }

  void send() {
    sender_.expect(input_.total());
    while (true) {
      if (noted_signal() != 0) {
        sender_.stop(input_.number() + 1);
      }
      const Instant now = context_.clock.now();
      switch (input_.next(sender_.due(), now)) {
      case BatchInput::Step::event: take(now); break;
      case BatchInput::Step::mistake: pass_over(); break;
      case BatchInput::Step::idle: sender_.send(input_.number() + 1); break;
      case BatchInput::Step::end: sender_.send(input_.number() + 1); return;
      }
    }
  }

  void take(Instant now) {
    entry_.time = times_.next(takes_own_time_ ? input_.timestamp() : now);
    entry_.line = input_.line();
    warn_of_losses(now);
    sender_.add(entry_, input_.number());
  }

  // Counts a line that is not a valid event, and ends the batch there unless such lines are
  // skipped.
  void pass_over() {
    passed_over_ += 1;
    if (passed_over_ > report_.counts.invalid) { // `validate` has not reported it
      complain_of_line();
    }
    if (!skips_invalid_) {
      sender_.send(input_.number());
      throw Failure{ExitCode::data,
                    input_.name() + ": line " + std::to_string(input_.number()) +
                        " is no event, so it ends there: " + counts(report_.counts)};
    }
  }

  // Warns of likely losses, once for each kind.
  void warn_of_losses(Instant now) {
    for (const std::string_view loss : likely_losses(entry_, now)) {
      if (losses_.insert(loss).second) {
        console_.warn(input_.name() + ':' + std::to_string(input_.number()) + ": " +
                      std::string{loss} + "; others may be like that");
      }
    }
  }

  const Resolved& resolved_;
  const Settings& settings_;
  const Context& context_;
  BatchReport& report_;
  Deadline started_;
  bool skips_invalid_;
  bool takes_own_time_;
  BatchInput input_;
  BatchConsole console_;
  BatchSender sender_;
  DistinctTimes times_;
  Entry entry_{settings_.labels, {}, {}, settings_.metadata}; // entry of the line read last
  std::uint64_t passed_over_ = 0;                             // lines that are not valid events
  std::set<std::string_view> losses_;                         // kinds already warned of
};

} // namespace

void run_batch(const Run& run, RunOutcome& outcome) {
  const auto report = std::make_shared<BatchReport>();
  outcome.result = [report](const RunOutcome& end) { return to_result(*report, end); };
  report->url = run.resolved.settings.url.url(); // set before anything can fail
  Batch{run.line, run.types, run.resolved, run.context, *report}.run();
}

} // namespace metrics_event
