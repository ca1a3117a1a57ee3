#include "commands/send.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "commands/flush_advice.hpp"
#include "commands/read_event.hpp"
#include "commands/send_report.hpp"
#include "delivery/pusher.hpp"
#include "delivery/route.hpp"
#include "delivery/safekeeping.hpp"
#include "delivery/spooler.hpp"
#include "delivery/waiting_entries.hpp"
#include "event/event.hpp"
#include "loki/entry.hpp"
#include "loki/push.hpp"
#include "settings/rules.hpp"
#include "system/log_file.hpp"
#include "system/signals.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace metrics_event {
namespace {

class Send {
public:
  Send(const EventArguments& command, const std::optional<Measurement>& measurement,
       const Resolved& resolved, const Context& context, SendReport& report)
      : command_{command}, measurement_{measurement}, resolved_{resolved},
        settings_{resolved.settings}, context_{context}, report_{report} {}

  void run() {
    report_.url = settings_.url.url();
    if (settings_.confirm) {
      report_.counts.confirmed = 0;
    }
    const Instant now = context_.clock.now();
    // One deadline covers reading the files of the event and of the route, the push and the drain.
    const Deadline deadline = context_.clock.steady_now() + settings_.timeout;
    auto event = read_event(command_, measurement_, now, deadline);
    if (!event) {
      report_.counts.invalid = 1;
      throw failure_of(event.error());
    }
    report_.event = *std::move(event);
    for (const std::string& warning : report_.event->warnings) {
      context_.console.warn(warning);
    }
    report_.entry =
        make_entry(*report_.event, settings_.labels, settings_.metadata, settings_.entry_time, now);
    for (const std::string_view loss : likely_losses(*report_.entry, now)) {
      context_.console.warn(loss);
    }

    // The pusher makes the body that is sent, so here it is made only to be measured or printed.
    std::string body;
    if (settings_.dry_run || push_bound(*report_.entry) > largest_push) {
      body = push_body({&*report_.entry, 1});
    }
    if (body.size() > largest_push) {
      throw Failure{ExitCode::data, "the event makes a push of " + std::to_string(body.size()) +
                                        " bytes, and the limit is " + std::to_string(largest_push) +
                                        "; make it shorter"};
    }
    if (settings_.dry_run) {
      report_.status = SendReport::Status::dry_run;
      if (settings_.output == Output::text) {
        const bool is_file = settings_.url.scheme == Scheme::file;
        context_.console.show((is_file ? report_.entry->line : body) + '\n');
      }
    } else if (settings_.disabled) {
      report_.status = SendReport::Status::disabled;
    } else {
      dispatch(deadline);
    }
  }

private:
  void dispatch(Deadline deadline) {
    for (const std::string& risk : risks(resolved_)) {
      context_.console.warn(risk);
    }
    if (settings_.url.scheme == Scheme::file) {
      if (settings_.spool.on) {
        context_.console.warn(resolved_.origins.at("spool").name +
                              ": has no effect on a file; leave it out");
      }
      append(deadline);
      report_.counts.delivered = 1;
      delivered();
      return;
    }
    if (!measurement_) { // run_child() notes signals from the end of COMMAND on
      note_signals();
    }
    std::optional<Failure> failure;
    if (keeps_undelivered(settings_)) {
      safekeeping_.emplace(spooler_, *report_.entry, context_.transport, context_.clock);
      waiting_.emplace(
          waiting_beside_event, settings_, spooler_,
          [this, deadline](const std::string&) { return routes(deadline); }, context_.transport,
          context_.clock, [this](const std::string& text) { context_.console.warn(text); },
          [this](const std::string& text) {
            if (settings_.verbose) {
              context_.console.say(text);
            }
          });
      EventCounts sent;
      failure = waiting_->deliver_older(report_.entry->time, deadline, sent);
      report_.counts.repeated += sent.repeated;
    }
    failure = failure ? failure : deliver(deadline);
    if (failure) {
      warn_of_counts();
      if (spooler_.keeps(*failure)) {
        return keep(*failure);
      }
      let_go("the event was refused");
      throw Failure{*failure};
    }
    let_go("the event was delivered");
    delivered();
    if (waiting_) {
      EventCounts sent;
      waiting_->deliver_some(deadline, sent);
      report_.counts.repeated += sent.repeated;
    }
    warn_of_counts();
    if (waiting_ && noted_signal() != 0) {
      throw Failure{ExitCode::tempfail, "interrupted; the event was delivered"};
    }
  }

  void delivered() {
    report_.status = SendReport::Status::delivered;
    if (settings_.verbose) {
      context_.console.say(describe_delivery(report_));
    }
  }

  void warn_of_counts() {
    for (const std::string& warning : warnings_about(report_.counts)) {
      context_.console.warn(warning);
    }
  }

  void append(Deadline deadline) {
    const Deadline start = context_.clock.steady_now();
    report_.attempts = 1;
    append_line(settings_.url.target, report_.entry->line, deadline);
    report_.elapsed = whole_milliseconds(context_.clock.steady_now() - start);
  }

  // The routes to the receiver, which are opened once.
  const Routes& routes(Deadline deadline) {
    if (!routes_) {
      routes_ = open_routes(resolved_, deadline,
                            [this](const std::string& text) { context_.console.warn(text); });
    }
    return *routes_;
  }

  // Returns why the event is not delivered, if it is not. An exception on this way, which an outage
  // takes, would cost a tenth of what keeping an event does.
  std::optional<Failure> push(Deadline deadline) {
    Pusher pusher{routes(deadline),
                  {.retries = settings_.retries,
                   .timeout = settings_.timeout,
                   .ends = deadline,
                   .is_single = true,
                   .asks_later = keeps_undelivered(settings_),
                   .confirms = settings_.confirm},
                  safekeeping_ ? safekeeping_->transport() : context_.transport,
                  safekeeping_ ? safekeeping_->clock() : context_.clock};
    Pushed pushed;
    pusher.push(settings_.org_id, {&*report_.entry, 1}, {},
                [&pushed](const Pushed& end) { pushed = end; });
    const Delivery& delivery = pushed.delivery;
    report_.attempts = delivery.attempts;
    report_.http_status = delivery.http_status;
    report_.elapsed = delivery.elapsed;
    report_.counts.add(pushed);
    report_.counts.refused = pushed.fate == Pushed::Fate::refused ? 1 : 0;
    doubt_ = pushed.doubt;
    if (delivery.attempts == 0) { // out of time, or a signal, before the first one
      return Failure{ExitCode::tempfail, noted_signal() != 0
                                             ? "interrupted before the event was sent"
                                             : "out of time before the event was sent"};
    }
    if (pushed.fate == Pushed::Fate::accepted) {
      return std::nullopt;
    }
    report_.response = delivery.judgement.response;
    const std::string attempts =
        delivery.attempts > 1 ? " in " + std::to_string(delivery.attempts) + " attempts" : "";
    return undelivered(report_.event->name + " to " + report_.url + attempts, delivery.judgement,
                       doubt_ == Doubt::possibly_stored);
  }

  std::optional<Failure> deliver(Deadline deadline) {
    try {
      return push(deadline);
    } catch (...) { // there is no route to the receiver
      return current_failure();
    }
  }

  // Removes the event from the spool, where it was put while its delivery went on.
  void let_go(const std::string& outcome) {
    try {
      if (safekeeping_) {
        safekeeping_->let_go();
      }
    } catch (const Failure& failure) {
      context_.console.warn(failure.text() + "; " + outcome + ", but may be sent again");
    }
    safekeeping_.reset();
  }

  // Keeps the event in the spool. Trouble that may pass is then only a warning; trouble that needs
  // a correction is still a Failure.
  void keep(const Failure& failure) {
    try {
      safekeeping_->keep(report_.attempts, doubt_);
    } catch (const Failure& of_spool) {
      throw Failure{of_spool.code(), of_spool.text() + "; so the event is lost: " + failure.text()};
    }
    safekeeping_.reset();
    report_.status = SendReport::Status::spooled;
    report_.counts.spooled = 1;
    report_.failure = failure;
    const Failure kept{failure.code(), with_flush_advice("kept in the spool " +
                                                             quote_path(settings_.spool.directory) +
                                                             ": " + failure.text(),
                                                         settings_.spool)};
    if (!may_pass(failure.code()) || noted_signal() != 0) {
      throw Failure{kept};
    }
    context_.console.warn(kept.text());
  }

  const EventArguments& command_;
  const std::optional<Measurement>& measurement_;
  const Resolved& resolved_;
  const Settings& settings_;
  const Context& context_;
  SendReport& report_;
  std::optional<Routes> routes_; // set once they are opened
  Doubt doubt_ = Doubt::none;
  Spooler spooler_{settings_, context_.clock};
  std::optional<Safekeeping> safekeeping_; // while an event with a spool is being delivered
  std::optional<WaitingEntries> waiting_;  // of an event with a spool
};

} // namespace

void run_send(const Run& run, RunOutcome& outcome) {
  const auto report = std::make_shared<SendReport>();
  outcome.result = [report](const RunOutcome& end) { return to_result(*report, end); };
  const On on = run.resolved.settings.on;
  const bool is_success = !run.measurement || run.measurement->exit_code == 0;
  if (run.measurement && on != On::always && (on == On::success) != is_success) {
    report->status = SendReport::Status::skipped;
    return;
  }
  Send{run.line.event, run.measurement, run.resolved, run.context, *report}.run();
  outcome.done = report->status == SendReport::Status::delivered ? "; the event was delivered"
                 : report->status == SendReport::Status::spooled ? "; the event is in the spool"
                                                                 : "";
}

} // namespace metrics_event
