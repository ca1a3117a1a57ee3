#include "commands/flush.hpp"

#include "base/text.hpp"
#include "commands/flush_options.hpp"
#include "commands/flush_report.hpp"
#include "delivery/drain.hpp"
#include "delivery/retry.hpp"
#include "delivery/route.hpp"
#include "settings/rules.hpp"
#include "spool/spool.hpp"
#include "system/progress.hpp"
#include "system/signals.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_names_at_once = 1000; // names read from the spool at a time
constexpr auto between_looks_at_lock = 50ms;
constexpr auto shortest_pause = 50ms; // pauses get shorter near the end

class Flush {
public:
  Flush(const FlushOptions& options, const Run& run, FlushReport& report)
      : options_{options}, run_{run}, resolved_{run.resolved}, settings_{resolved_.settings},
        context_{run.context}, report_{report}, progress_{context_.console, context_.clock,
                                                          "delivered or refused"} {}

  void run() {
    report_.spool = settings_.spool.directory;
    if (settings_.confirm) {
      report_.counts.confirmed = 0;
    }
    auto spool = Spool::find(settings_.spool.directory);
    if (!spool && !settings_.spool.is_usual) {
      context_.console.warn("there is no spool " + quote_path(settings_.spool.directory));
    }
    switch (options_.task) {
    case FlushOptions::Task::list: list(spool); break;
    case FlushOptions::Task::drop: drop(spool); break;
    case FlushOptions::Task::send: send(spool); break;
    }
  }

private:
  Box box() const { return options_.refused ? Box::refused : Box::waiting; }

  // Calls `visit(listed, now)` for each selected file, the oldest first.
  template <class Visit>
  void for_each_selected(const Spool& spool, Visit&& visit) {
    const Instant now = context_.clock.now();
    std::vector<std::string> names;
    while (!(names = spool.names(box(), names.empty() ? "" : names.back(), most_names_at_once))
                .empty()) {
      for (const std::string& name : names) {
        const auto text = spool.read(box(), name);
        if (!text && text.error() == std::errc::no_such_file_or_directory) {
          continue; // another process has just removed it
        }
        ListedEntry listed{.file = name};
        const auto record = record_of(text);
        if (record) {
          listed.record = *record;
          const auto parsed = parse_spool_name(name);
          listed.attempts = parsed ? parsed->attempts : 0;
        } else {
          listed.reason = record.error();
        }
        if (options_.refused) {
          listed.reason = spool.reason(name);
        }
        const bool is_selected =
            record ? options_.filter.selects(record->entry, now) : options_.filter.selects_all();
        if (is_selected) {
          visit(listed, now);
        }
      }
    }
  }

  void list(const std::optional<Spool>& spool) {
    report_.task = options_.task;
    const bool is_json = settings_.output == Output::json;
    const Console& console = context_.console;
    bool is_first = true;
    console.print(is_json ? list_begin(report_.spool) : "");
    if (spool) {
      for_each_selected(*spool, [&](const ListedEntry& listed, Instant now) {
        const std::string before = is_json ? (is_first ? "" : ",") : is_first ? list_head() : "";
        console.print(before + (is_json ? to_json(listed, now) : to_text(listed, now)));
        is_first = false;
      });
    }
    console.print(is_json ? std::string{list_end} : "");
  }

  void drop(std::optional<Spool>& spool) {
    if (spool) {
      lock(*spool, context_.clock.steady_now() + settings_.timeout);
    }
    report_.task = options_.task;
    if (!spool) {
      return;
    }
    for_each_selected(*spool, [&](const ListedEntry& listed, Instant) {
      spool->remove(box(), listed.file);
      report_.dropped += 1;
    });
    report_.left = spool->usage(box()).entries;
  }

  void send(std::optional<Spool>& spool) {
    report_.task = options_.task;
    note_signals();
    const Deadline start = context_.clock.steady_now();
    for (const std::string& risk : risks(resolved_)) {
      context_.console.warn(risk);
    }
    if (!spool) {
      return;
    }
    try {
      if (!settings_.disabled) {
        lock(*spool, start + options_.wait.value_or(settings_.timeout));
        spool->tidy();
        drain_in_rounds(*spool, start);
      }
    } catch (...) {
      finish(*spool, start);
      throw;
    }
    finish(*spool, start);
    for (const std::string& warning : warnings_about(report_.counts)) {
      context_.console.warn(warning);
    }
    if (!settings_.disabled) {
      conclude();
    }
  }

  // Throws the Failure with which the flush ends, if any. Refused entries take precedence over
  // trouble that may pass.
  void conclude() {
    if (report_.left == 0) {
      failure_.reset();
    }
    if (noted_signal() != 0 && report_.left > 0) {
      failure_ = Failure{ExitCode::tempfail, "a signal ended the flush"};
    }
    if (!failure_ && report_.left > 0) {
      failure_ = Failure{ExitCode::tempfail, "out of time, " + std::to_string(report_.left) +
                                                 " are left; try again later"};
    }
    if (report_.counts.refused > 0 && (!failure_ || may_pass(failure_->code())) &&
        noted_signal() == 0) {
      if (failure_) {
        context_.console.warn(failure_->text());
      }
      failure_ = Failure{ExitCode::data, std::to_string(report_.counts.refused) +
                                             " were refused, see metrics-event flush --list "
                                             "--refused"};
    }
    if (failure_) {
      throw Failure{*failure_};
    }
  }

  void finish(const Spool& spool, Deadline start) {
    report_.elapsed = whole_milliseconds(context_.clock.steady_now() - start);
    report_.left = spool.usage(Box::waiting).entries;
    progress_.clear();
  }

  void lock(Spool& spool, Deadline end) {
    while (!spool.try_lock()) {
      const Deadline now = context_.clock.steady_now();
      if (now >= end || !context_.clock.sleep_until(std::min(end, now + between_looks_at_lock))) {
        throw Failure{ExitCode::tempfail, noted_signal() != 0
                                              ? "a signal ended the flush"
                                              : "another flush works on the spool " +
                                                    quote_path(spool.path()) + "; try again later"};
      }
    }
  }

  // Makes rounds until the spool is empty, or until no retry is worthwhile or possible in time.
  void drain_in_rounds(Spool& spool, Deadline start) {
    const Deadline end = options_.wait ? start + *options_.wait : Deadline::max();
    total_ = spool.usage(Box::waiting).entries;
    const DrainListener listener{[this](const std::string& text) {
                                   progress_.clear();
                                   context_.console.warn(text);
                                 },
                                 [this](const std::string& text) {
                                   if (settings_.verbose) {
                                     progress_.clear();
                                     context_.console.say(text);
                                   }
                                 },
                                 [this](const Drained& so_far) { show_progress(so_far); }};
    for (int round = 1;; ++round) {
      const Drained drained = drain(
          spool,
          {.push = {.retries = settings_.retries,
                    .timeout = settings_.timeout,
                    .ends = end,
                    .confirms = settings_.confirm}},
          [this](const std::string& url) { return find_routes(url); }, context_.transport,
          context_.clock, listener);
      report_.counts.add(drained.counts);
      report_.set_aside += drained.set_aside;
      failure_ = drained.failure;
      const bool has_moved =
          drained.counts.delivered + drained.counts.refused + drained.set_aside > 0;
      if (!failure_ && has_moved && noted_signal() == 0 && spool.usage(Box::waiting).entries > 0) {
        continue; // entries have arrived in the meantime
      }
      round = drained.counts.delivered > 0 ? 1 : round;
      const Deadline now = context_.clock.steady_now();
      const auto left = options_.wait ? whole_milliseconds(end - now) : 0ms;
      const Plan plan = plan_retry({.worth_a_retry = options_.wait && drained.may_pass,
                                    .attempts = round,
                                    .time_left = left,
                                    .retry_after = drained.retry_after,
                                    .random = context_.clock.random()},
                                   std::numeric_limits<int>::max());
      const bool asks_for_too_long = drained.retry_after && *drained.retry_after >= left;
      if (plan.step == Plan::Step::settled || left < shortest_pause || asks_for_too_long ||
          !context_.clock.sleep_until(
              now + (drained.retry_after ? plan.wait : std::min(plan.wait, left / 2)))) {
        return;
      }
    }
  }

  // Returns the routes to a URL, opened once. Credentials of the configured receiver go to no other
  // server.
  const Routes& find_routes(const std::string& url) {
    const auto known = routes_.find(url);
    return known != routes_.end() ? known->second
                                  : routes_.emplace(url, open_routes_to(url)).first->second;
  }

  Routes open_routes_to(const std::string& url) {
    Resolved resolved = resolved_;
    std::string hint;
    const Endpoint& configured = resolved_.settings.url;
    if (configured.kept_url() != url) {
      resolved = resolve_for(url);
      if (url.find('=', std::min(url.find('?'), url.size())) != std::string::npos) {
        throw Failure{ExitCode::config, "the values of the query of " + redacted_url(url) +
                                            " are not kept in the spool, give the whole URL with "
                                            "--url"};
      }
      resolved.settings.query_url.reset(); // it belongs to the configured URL
      if (configured.has_origin_of(resolved.settings.url)) {
        resolved.settings.url.credentials = configured.credentials;
      } else {
        forget_credentials(resolved.settings);
        hint = "; credentials go only to the server of the setting url, " + configured.url();
      }
    }
    Routes routes = open_routes(resolved, context_.clock.steady_now() + settings_.timeout,
                                [this](const std::string& text) { context_.console.warn(text); });
    routes.push.hint = std::move(hint);
    return routes;
  }

  // Resolves the settings anew, so that those that depend on the URL, such as the proxy, are right.
  Resolved resolve_for(const std::string& url) const {
    const auto setting = std::ranges::find(all_settings(), "url", &Setting::name);
    std::vector<Layer> layers = run_.layers;
    layers.push_back({GivenSetting{&*setting, url, Origin{.name = "the spool"}}});
    return resolve(layers, run_.line.command->settings);
  }

  void show_progress(const Drained& so_far) {
    progress_.show(report_.counts.delivered + report_.counts.refused + so_far.counts.delivered +
                       so_far.counts.refused,
                   total_);
  }

  const FlushOptions& options_;
  const Run& run_;
  const Resolved& resolved_;
  const Settings& settings_;
  const Context& context_;
  FlushReport& report_;
  std::map<std::string, Routes> routes_; // by URL, so that each reads its files once
  std::optional<Failure> failure_;
  std::uint64_t total_ = 0;
  Progress progress_;
};

} // namespace

void run_flush(const Run& run, RunOutcome& outcome) {
  const auto report = std::make_shared<FlushReport>();
  outcome.result = [report](const RunOutcome& end) { return to_result(*report, end); };
  const FlushOptions options = flush_options(run.line.options);
  if (run.resolved.settings.dry_run) {
    blame(run.resolved.origins.at("dry-run"),
          "means nothing to flush; flush --list shows what waits");
  }
  Flush{options, run, *report}.run();
}

} // namespace metrics_event
