#include "commands/check.hpp"

#include "base/text.hpp"
#include "delivery/access.hpp"
#include "event/event.hpp"
#include "loki/judgement.hpp"
#include "loki/push.hpp"
#include "settings/places.hpp"
#include "settings/rules.hpp"
#include "settings/table.hpp"
#include "spool/spool.hpp"
#include "system/log_file.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;
using Result = Finding::Result;
using Verdict = CheckReport::Verdict;

constexpr EventType check_event{.name = "metrics_event_check", .help = "a check"};
constexpr std::chrono::milliseconds first_pause = 200ms;
constexpr std::chrono::milliseconds longest_pause = 2s;

class Check {
public:
  Check(const CheckOptions& options, const Resolved& resolved, const Transport& transport,
        Clock& clock)
      : options_{options}, resolved_{resolved}, settings_{resolved.settings},
        transport_{transport}, clock_{clock} {}

  CheckReport run() {
    report_.settings = shown_settings(resolved_);
    try {
      note_switches();
      Resolved as_sent = resolved_; // with what only a delivery needs
      as_sent.settings.disabled = as_sent.settings.dry_run = false;
      check_settings(as_sent);
      for (std::string& risk : risks(resolved_)) {
        add({"safety", Result::warning, std::move(risk)});
      }
      for (std::string& mistake : misplaced_settings(settings_)) {
        add({"settings", Result::warning, std::move(mistake)});
      }
      check_spool();
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

  void read_files() {
    try {
      access_ = open_access(resolved_, deadline(), [this](const std::string& risk) {
        add({"safety", Result::warning, risk});
      });
    } catch (const Failure& failure) {
      add({"files", Result::failed, failure.text()});
      throw;
    }
    if (settings_.proxy && !access_.proxy) {
      add({"proxy", Result::note, "not used for this machine or what no-proxy lists"});
    }
  }

  // What keeps events from being sent, or their failures from being seen.
  void note_switches() {
    if (settings_.disabled || settings_.dry_run) {
      report_.verdict = Verdict::not_sent;
    }
    const auto note = [this](bool is_on, std::string_view setting, const char* text) {
      if (is_on) {
        add({setting, Result::warning, resolved_.origins.at(setting).name + ": " + text});
      }
    };
    note(settings_.disabled, "disabled", "events are not sent");
    note(settings_.dry_run, "dry-run", "events are printed and not sent");
    note(settings_.best_effort, "best-effort", "events that fail end with status 0");
  }

  // What an outage would meet there.
  void check_spool() {
    if (!settings_.spool.on || settings_.url.scheme == Scheme::file) {
      return;
    }
    if (settings_.spool.directory.empty()) {
      add({"spool", Result::failed, std::string{no_usual_spool}});
      blame(resolved_.origins.at("spool"), std::string{no_usual_spool});
    }
    try {
      const auto spool = Spool::find(settings_.spool.directory);
      const std::uint64_t waiting = spool ? spool->usage(Box::waiting).entries : 0;
      const std::uint64_t refused = spool ? spool->usage(Box::refused).entries : 0;
      const auto note = [this](std::uint64_t count, Result result, const char* text) {
        if (count > 0) {
          add({"spool", result, std::to_string(count) + text});
        }
      };
      note(waiting, Result::note, " wait for metrics-event flush");
      note(refused, Result::warning, " were refused, see metrics-event flush --list --refused");
      if (!spool &&
          !SpoolDirectory::could_be_made(settings_.spool.directory, settings_.spool.is_usual)) {
        add({"spool", Result::warning,
             "cannot be made: the directory above it is missing, or closed to us"});
      } else if (waiting + refused == 0) {
        add({"spool", Result::ok, spool ? "is empty" : "is made when it is needed"});
      }
    } catch (const Failure& failure) {
      add({"spool", Result::warning, failure.text()});
    }
  }

  Deadline deadline() {
    const Deadline usual = clock_.steady_now() + settings_.timeout;
    return give_up_ ? std::min(usual, *give_up_) : usual;
  }

  Entry check_entry() {
    const Instant now = clock_.now();
    return make_entry(make_event(check_event, {}, now), settings_.labels, settings_.metadata,
                      EntryTime::now, now);
  }

  void check_file() {
    try {
      if (options_.send) {
        append_line(settings_.url.target, check_entry().line, settings_.special_file, deadline());
      } else {
        try_to_append(settings_.url.target, settings_.special_file);
      }
    } catch (const Failure& failure) {
      add({"file", Result::failed, failure.text()});
      throw;
    }
    report_.verdict = options_.send ? Verdict::delivered : report_.verdict;
    add({"file", Result::ok, options_.send ? "took an event" : "can be appended to"});
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
  }

  // As many rounds as it takes, or as there is time for.
  void wait_until_ready(const std::vector<Finding>& before) {
    std::chrono::milliseconds pause = first_pause;
    while (one_round()) {
      const auto left =
          std::chrono::floor<std::chrono::milliseconds>(*give_up_ - clock_.steady_now());
      if (left <= first_pause / 2) {
        break;
      }
      clock_.sleep_until(clock_.steady_now() +
                         std::min(pause, left / 2)); // the last ones are short
      pause = std::min(2 * pause, longest_pause);
      report_.findings = before;
    }
  }

  // Returns whether the receiver may be ready later.
  bool one_round() {
    report_.failure.reset();
    round_ends_ = deadline();
    const Entry entry = check_entry();
    const std::span<const Entry> entries{&entry, sends_ ? 1U : 0U};
    const Reply reply =
        transport_(push_request(access_, settings_.org_id, settings_.headers, push_body(entries)),
                   round_ends_);
    const Instant now = clock_.now();
    for (Finding& finding : findings_of_way(access_, reply, now)) {
      add(std::move(finding));
    }
    const bool is_answered = reply.trouble == Trouble::none;
    const Finding readiness = is_answered && !reply.at_proxy ? ask_readiness() : Finding{};
    if (!readiness.text.empty()) {
      add(readiness);
      add(compare_clocks(reply, now));
    }
    add({"tenant", Result::note, settings_.org_id.empty() ? "none" : settings_.org_id});
    const bool may_pass = judge_push(reply);
    // Where an event is sent, its answer says more than the clock and the readiness.
    if (!report_.failure && !options_.send && report_.findings.end() != failed_clock()) {
      report_.failure = Failure{ExitCode::data, unsent(failed_clock()->text)};
    }
    if (!report_.failure && options_.wait && !sends_ && readiness.result == Result::warning) {
      report_.failure =
          Failure{ExitCode::tempfail, settings_.url.url() +
                                          " is not ready in the time of --wait: " + readiness.text +
                                          "; wait longer"};
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
      Request request = push_request(access_, settings_.org_id, settings_.headers, "");
      request.method = "GET";
      request.access.endpoint.target = target;
      replies.push_back(transport_(request, round_ends_));
      if (knows_readiness(replies.back()) || replies.back().trouble != Trouble::none) {
        break;
      }
    }
    return finding_of_readiness(targets, replies);
  }

  std::string unsent(const std::string& why) const {
    return (sends_ ? "cannot deliver metrics_event_check to "
                   : "an event would not be delivered to ") +
           settings_.url.url() + ": " + why;
  }

  // Returns whether the trouble, if any, may pass.
  bool judge_push(const Reply& reply) {
    const Judgement judgement = judge(reply);
    const std::string what = sends_ ? "an event" : "an empty push";
    if (judgement.code == ExitCode::ok) {
      report_.verdict = sends_ ? Verdict::delivered : report_.verdict;
      const bool is_page = reply.content_type.starts_with("text/html");
      add({"push", is_page ? Result::warning : Result::ok,
           what + " was answered " + std::to_string(reply.status) +
               (is_page ? " with a web page; is it the push endpoint?" : "")});
      return false;
    }
    // An empty push may be refused for being empty.
    if (!sends_ && judgement.code == ExitCode::data && reply.status != 260) {
      report_.verdict = Verdict::unknown;
      add({"push", Result::note,
           "an empty push was answered " + std::to_string(reply.status) +
               (judgement.response.empty() ? "" : ", \"" + judgement.response + '"') +
               "; --send tries an event"});
      return false;
    }
    if (std::ranges::find(report_.findings, Result::failed, &Finding::result) ==
        report_.findings.end()) {
      add({"push", Result::failed, judgement.message});
    }
    report_.response = judgement.response;
    const bool has_metadata = sends_ && !settings_.metadata.empty();
    const std::string_view hint = has_metadata ? metadata_hint(judgement) : "";
    report_.failure = Failure{judgement.code, unsent(judgement.message) + std::string{hint}};
    return judgement.worth_a_retry || judgement.code == ExitCode::nohost;
  }

  const CheckOptions& options_;
  const Resolved& resolved_;
  const Settings& settings_;
  const Transport& transport_;
  Clock& clock_;
  Access access_;
  std::optional<Deadline> give_up_;
  Deadline round_ends_{};
  bool sends_ = false; // a real event, in this round
  CheckReport report_;
};

// Of variables that look like ours, those that are no setting's.
std::vector<Finding> unknown_variables(std::span<const std::string> names) {
  std::vector<std::string> known;
  for (const Setting& setting : all_settings()) {
    known.push_back(variable_name(setting));
  }
  const std::vector<std::string_view> views{known.begin(), known.end()};
  std::vector<Finding> findings;
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      findings.push_back({"environment", Result::warning,
                          "no setting is called " + quote(name) + did_you_mean(name, views)});
    }
  }
  return findings;
}

// The events that files declare, or cannot.
void add_declared(std::vector<Finding>& findings, const EventTypes& types) {
  for (const EventTypes::Listed& listed : types.all()) {
    if (!listed.trouble.empty()) {
      findings.push_back({"events", Result::warning, listed.trouble});
    } else if (!listed.origin.empty()) {
      const bool is_hidden = find_command(listed.name) != nullptr;
      findings.push_back(
          {"events", is_hidden ? Result::warning : Result::note,
           kebab_case(listed.name) + " is declared in " + listed.origin +
               (is_hidden ? ", but that is a command, so it is sent only by send" : "")});
    }
  }
}

} // namespace

CheckOptions check_options(const CommandType& check, std::span<const GivenOption> given) {
  const auto texts = option_texts(check, given);
  CheckOptions options;
  if (const std::string& send = texts.at("send"); !send.empty()) {
    const auto on = parse_bool(send);
    if (!on) {
      throw Failure{ExitCode::usage, "--send: " + on.error().text};
    }
    options.send = *on;
  }
  if (const std::string& wait = texts.at("wait"); !wait.empty()) {
    const auto duration = parse_duration(wait);
    if (!duration) {
      throw Failure{ExitCode::usage, "--wait: " + duration.error().text};
    }
    options.wait = *duration;
  }
  return options;
}

CheckReport check(const CheckOptions& options, const Resolved& resolved, const EventTypes& types,
                  std::span<const std::string> variables, const Transport& transport,
                  Clock& clock) {
  CheckReport report = Check{options, resolved, transport, clock}.run();
  std::vector<Finding> findings = unknown_variables(variables);
  add_declared(findings, types);
  report.findings.insert(report.findings.begin(), findings.begin(), findings.end());
  return report;
}

} // namespace metrics_event
