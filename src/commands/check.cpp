#include "commands/check.hpp"

#include "base/quantity.hpp"
#include "base/text.hpp"
#include "commands/check_report.hpp"
#include "commands/check_setup.hpp"
#include "delivery/route.hpp"
#include "delivery/spooler.hpp"
#include "event/event.hpp"
#include "loki/judgement.hpp"
#include "loki/push.hpp"
#include "settings/places.hpp"
#include "settings/rules.hpp"
#include "system/log_file.hpp"

#include <algorithm>
#include <iterator>
#include <memory>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;
using Result = Finding::Result;
using Verdict = CheckReport::Verdict;

constexpr EventType check_event{.name = "metrics_event_check", .help = "a check"};
constexpr std::chrono::milliseconds first_pause = 200ms;
constexpr std::chrono::milliseconds longest_pause = 2s;

// The options of `check`.
struct CheckOptions {
  bool send = false;                             // sends a real event
  std::optional<std::chrono::milliseconds> wait; // time to poll until the receiver is ready
};

class Check {
public:
  Check(const CheckOptions& options, const Resolved& resolved, const Context& context)
      : options_{options}, resolved_{resolved}, settings_{resolved.settings},
        transport_{context.transport}, clock_{context.clock}, console_{context.console} {}

  CheckReport run(const Run& run) {
    report_.settings = shown_settings(resolved_);
    add(findings_of_variables(run.app.variables));
    add(findings_of_events(run.types, run.app.commands));
    try {
      check_setup();
      if (settings_.url.scheme == Scheme::file) {
        check_file();
      } else {
        read_files();
        check_receiver();
      }
    } catch (const Failure& failure) {
      report_.failure = failure;
    }
    return std::move(report_);
  }

private:
  void add(Finding finding) { report_.findings.push_back(std::move(finding)); }
  void add(std::vector<Finding> findings) {
    std::ranges::move(findings, std::back_inserter(report_.findings));
  }

  void check_setup() {
    add(findings_of_switches(resolved_));
    if (settings_.disabled || settings_.dry_run) {
      report_.verdict = Verdict::not_sent;
    }
    Resolved as_sent = resolved_; // checked like the settings of a delivery
    as_sent.settings.disabled = as_sent.settings.dry_run = false;
    check_settings(as_sent);
    add(findings_of_settings(resolved_));
    if (has_spool(settings_)) {
      add(findings_of_spool(settings_.spool));
      if (settings_.spool.directory.empty()) {
        blame(resolved_.origins.at("spool"), std::string{no_usual_spool});
      }
    }
  }

  void check_file() {
    try {
      if (options_.send) {
        append_line(settings_.url.target, check_entry().line, deadline());
      } else {
        try_to_append(settings_.url.target);
      }
    } catch (const Failure& failure) {
      add({"file", Result::failed, failure.text()});
      throw;
    }
    report_.verdict = options_.send ? Verdict::delivered : report_.verdict;
    add({"file", Result::ok, options_.send ? "received an event" : "can be appended to"});
  }

  void read_files() {
    try {
      routes_ = open_routes(resolved_, deadline(), [this](const std::string& risk) {
        add({"safety", Result::warning, risk});
      });
    } catch (const Failure& failure) {
      add({"files", Result::failed, failure.text()});
      throw;
    }
    if (settings_.proxy && !routes_.push.proxy) {
      add({"proxy", Result::note, "not used for this machine or the hosts in no-proxy"});
    }
  }

  void check_receiver() {
    const std::vector<Finding> before = report_.findings;
    if (options_.wait) {
      give_up_ = clock_.steady_now() + *options_.wait;
      wait_until_ready(before);
    }
    if (!report_.failure && (options_.send || !options_.wait)) {
      report_.findings = before;
      sends_ = options_.send;
      one_round();
    }
    if (!report_.failure) {
      check_query();
    }
  }

  // Makes rounds until the receiver is ready or the time of --wait has passed.
  void wait_until_ready(const std::vector<Finding>& before) {
    std::chrono::milliseconds pause = first_pause;
    while (one_round()) {
      const auto left = whole_milliseconds(*give_up_ - clock_.steady_now());
      if (left <= first_pause / 2) {
        break;
      }
      draw("waiting, " + spoken(std::chrono::ceil<std::chrono::seconds>(left)) +
           " left: " + report_.failure->text());
      clock_.sleep_until(clock_.steady_now() +
                         std::min(pause, left / 2)); // shorter pauses near the end
      pause = std::min(2 * pause, longest_pause);
      report_.findings = before;
    }
    draw("");
  }

  // Draws a text in place on a terminal, instead of the one before it.
  void draw(const std::string& text) const {
    const auto columns = console_.status_columns();
    if (columns && !console_.is_quiet()) {
      console_.overwrite(printable(text, *columns));
    }
  }

  // Returns whether the receiver may be ready in a later round.
  bool one_round() {
    report_.failure.reset();
    round_ends_ = deadline();
    const Entry entry = check_entry();
    const std::string body = sends_ ? push_body({&entry, 1}) : empty_push_body(entry.labels);
    const Reply reply = transport_(push_request(routes_.push, settings_.org_id, body), round_ends_);
    const Instant now = clock_.now();
    add(findings_of_trace(routes_.push, reply, now));
    const bool is_answered = reply.trouble == Trouble::none;
    const Finding readiness = is_answered && !reply.at_proxy ? ask_readiness() : Finding{};
    if (!readiness.text.empty()) {
      add(readiness);
      add(compare_clocks(reply, now));
    }
    add({"tenant", Result::note, settings_.org_id.empty() ? "none" : settings_.org_id});
    const bool may_pass = judge_push(reply);
    if (!report_.failure) {
      accepted_ = {entry, reply.status};
    }
    // With --send, the answer to the event says more than the clock and the readiness do.
    if (!report_.failure && !options_.send && report_.findings.end() != failed_clock()) {
      report_.failure = would_fail(ExitCode::data, failed_clock()->text);
    }
    if (!report_.failure && options_.wait && !sends_ && readiness.result == Result::warning) {
      report_.failure =
          Failure{ExitCode::tempfail, settings_.url.url() +
                                          " did not become ready within the time of --wait: " +
                                          readiness.text + "; wait longer"};
      return true;
    }
    return may_pass;
  }

  std::vector<Finding>::const_iterator failed_clock() const {
    return std::ranges::find_if(report_.findings, [](const Finding& finding) {
      return finding.subject == "clock" && finding.result == Result::failed;
    });
  }

  Finding ask_readiness() {
    const std::vector<std::string> targets = ready_targets(settings_.url);
    std::vector<Reply> replies;
    for (const std::string& target : targets) {
      Request request = push_request(routes_.push, settings_.org_id, "");
      request.method = "GET";
      request.route.endpoint.target = target;
      replies.push_back(transport_(request, round_ends_));
      if (knows_readiness(replies.back()) || replies.back().trouble != Trouble::none) {
        break;
      }
    }
    return finding_of_readiness(targets, replies);
  }

  // Asks for the event that was sent and accepted, which must come back with the setting confirm,
  // or else for one that was not sent.
  void check_query() {
    if (!routes_.query) {
      add(finding_of_no_query());
      return;
    }
    const bool confirms = sends_ && settings_.confirm;
    Asker asker{routes_.query, transport_, clock_};
    const auto longer = confirms ? asker.blind_time() : std::chrono::milliseconds{0};
    const Stored stored =
        asker
            .ask(settings_.org_id, {&accepted_.entry, 1}, clock_.steady_now(), deadline() + longer,
                 confirms ? Asker::Until::found : Asker::Until::answered)
            .front();
    add(finding_of_query(stored, asker.http_status(), asker.trouble()));
    if (settings_.confirm && report_.findings.back().result == Result::warning) {
      report_.findings.back().result = Result::failed;
      report_.failure = would_fail(ExitCode::tempfail, report_.findings.back().text);
    }
    if (confirms && stored != Stored::found && !report_.failure) {
      const std::string text = "accepted with HTTP status " + std::to_string(accepted_.status) +
                               " but not found by a query";
      report_.findings.back() = {"query", Result::failed, text};
      report_.failure = Failure{ExitCode::tempfail, "metrics_event_check was " + text};
    }
  }

  Failure would_fail(ExitCode code, const std::string& why) const {
    return {code, "an event would not be delivered to " + settings_.url.url() + ": " + why};
  }

  // Adds the finding about the push. Returns whether a later round may succeed: when the push is
  // worth a retry, and also when the host is unknown, because its name may not exist yet.
  bool judge_push(const Reply& reply) {
    const Judgement judgement = judge(reply);
    const std::string what = sends_ ? "an event" : "an empty push";
    if (judgement.code == ExitCode::ok || (!sends_ && is_refused_as_empty(reply))) {
      report_.verdict = sends_ ? Verdict::delivered : report_.verdict;
      add({"push", Result::ok, what + " was answered " + std::to_string(reply.status)});
      return false;
    }
    if (std::ranges::find(report_.findings, Result::failed, &Finding::result) ==
        report_.findings.end()) {
      add({"push", Result::failed, judgement.message});
    }
    report_.response = judgement.response;
    report_.failure = sends_
                          ? undelivered("metrics_event_check to " + settings_.url.url(), judgement)
                          : would_fail(judgement.code, judgement.message);
    return judgement.worth_a_retry || judgement.code == ExitCode::nohost;
  }

  Deadline deadline() {
    const Deadline usual = clock_.steady_now() + settings_.timeout;
    return give_up_ ? std::min(usual, *give_up_) : usual;
  }

  Entry check_entry() {
    const Instant now = clock_.now();
    return make_entry(*build_event(check_event, {}, now), settings_.labels, settings_.metadata,
                      EntryTime::now, now);
  }

  const CheckOptions& options_;
  const Resolved& resolved_;
  const Settings& settings_;
  const Transport& transport_;
  Clock& clock_;
  const Console& console_;
  Routes routes_;
  std::optional<Deadline> give_up_;
  Deadline round_ends_{};
  bool sends_ = false; // whether this round sends a real event
  struct {
    Entry entry;
    int status = 0;
  } accepted_; // the last push
  CheckReport report_;
};

bool wants_colour(const App& app) {
  return app.context.console.output_is_terminal() &&
         app.environment("NO_COLOR").value_or("").empty() &&
         app.environment("TERM").value_or("dumb") != "dumb";
}

} // namespace

void run_check(const Run& run, RunOutcome& outcome) {
  const CheckOptions options{.send = run.line.options.is_on("send"),
                             .wait = run.line.options.value("wait", parse_duration)};
  const Context& context = run.context;
  const auto report = std::make_shared<CheckReport>(Check{options, run.resolved, context}.run(run));
  outcome.may_go_unread = true;
  const CheckStyle style{.has_colour = wants_colour(run.app),
                         .has_defaults = run.resolved.settings.verbose};
  outcome.result = [report, style](const RunOutcome& end) {
    return to_result(*report, end, style);
  };
  if (report->failure) {
    throw Failure{*report->failure};
  }
}

std::string check_result(const RunOutcome& outcome) {
  return outcome.output == Output::json ? to_result({}, outcome, {}) : "";
}

} // namespace metrics_event
