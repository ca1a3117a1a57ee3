#include "commands/flush.hpp"

#include "base/text.hpp"
#include "commands/flush_drop.hpp"
#include "commands/flush_options.hpp"
#include "commands/flush_report.hpp"
#include "commands/flush_routes.hpp"
#include "commands/spool_files.hpp"
#include "commands/wait_for_lock.hpp"
#include "delivery/drain.hpp"
#include "delivery/retry.hpp"
#include "settings/rules.hpp"
#include "spool/locked_spool.hpp"
#include "system/progress.hpp"
#include "system/signals.hpp"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t worth_printing = 64UL * 1024; // bytes of a list
constexpr auto shortest_pause = 50ms;               // pauses get shorter near the end

class Flush {
public:
  Flush(const FlushOptions& options, const Run& run, FlushReport& report)
      : options_{options}, resolved_{run.resolved}, settings_{resolved_.settings},
        context_{run.context}, report_{report}, routes_{run}, progress_{context_.console,
                                                                        context_.clock, "flush"} {}

  void run() {
    report_.spool = settings_.spool.directory;
    if (settings_.confirm) {
      report_.counts.confirmed = 0;
    }
    const auto spool = Spool::find(settings_.spool.directory);
    if (!spool && !settings_.spool.is_usual) { // the usual one is made when it is needed
      throw Failure{ExitCode::noinput, "the spool " + quote_path(settings_.spool.directory) +
                                           " does not exist; name one that does with --spool"};
    }
    if (settings_.dry_run) {
      list(spool);
      return;
    }
    switch (options_.task) {
    case FlushOptions::Task::list: list(spool); break;
    case FlushOptions::Task::drop: drop(spool); break;
    case FlushOptions::Task::send: send(spool); break;
    }
  }

private:
  // Lists the entries, also as what would be sent or dropped in a dry run.
  void list(const std::optional<Spool>& spool) {
    report_.task = FlushOptions::Task::list;
    const bool is_json = settings_.output == Output::json;
    const Instant now = context_.clock.now();
    std::string text = is_json ? list_begin(report_.spool) : "";
    bool is_first = true;
    std::uint64_t affected = 0; // by what a dry run stands for
    const auto add = [&](const ListedEntry& listed) {
      report_.list.add(listed.destination);
      text += is_json ? (is_first ? "" : ",") : is_first ? list_head() : "";
      text += is_json ? to_json(listed, now) : to_text(listed, now);
      is_first = false;
      const bool is_affected = options_.task == FlushOptions::Task::drop || listed.destination;
      affected += is_affected && !listed.is_being_tried ? 1 : 0;
    };
    const auto add_file = [&](Box box, const std::string& file, int attempts,
                              const DecodedRecord& record) {
      ListedEntry listed{.file = file, .attempts = attempts, .is_being_tried = box == Box::trying};
      listed.reason = options_.refused ? spool->reason(file) : record ? "" : record.error();
      if (!record && options_.filter.selects_all()) {
        add(listed);
      }
      for (std::size_t i = 0; record && i < record->entries.size(); ++i) {
        if (options_.filter.selects(record->entries[i], now)) {
          listed.destination = record->destination;
          listed.entry = record->entry(i);
          add(listed);
        }
      }
      if (text.size() >= worth_printing) {
        context_.console.show(std::exchange(text, ""));
      }
    };
    if (!options_.refused) {
      report_.list.max_bytes = settings_.spool_max_bytes;
    }
    try {
      for (const Box box :
           options_.refused ? std::vector{Box::refused} : std::vector{Box::trying, Box::waiting}) {
        const SpoolListing listing = spool ? spool->list(box) : SpoolListing{};
        for (const SpoolName& name : listing.names) {
          report_.list.bytes += name.size;
        }
        if (spool) {
          for_each_file(*spool, box, listing, add_file);
        }
      }
    } catch (...) { // the end of the list reports it
      context_.console.show(text);
      throw;
    }
    if (options_.task != FlushOptions::Task::list) {
      const bool drops = options_.task == FlushOptions::Task::drop;
      report_.outlook = (drops ? "would drop " : "would send ") + std::to_string(affected) + '\n';
    }
    context_.console.show(text);
  }

  void drop(const std::optional<Spool>& spool) {
    if (!spool) {
      report_.task = options_.task;
      return;
    }
    LockedSpool locked = lock(*spool, context_.clock.steady_now() + settings_.timeout);
    report_.task = options_.task;
    drop_entries(
        locked, options_, context_.clock.now(),
        [this](const std::string& text) { context_.console.warn(text); }, report_);
  }

  void send(const std::optional<Spool>& spool) {
    report_.task = options_.task;
    note_signals();
    const Deadline start = context_.clock.steady_now();
    report_.tells_time = context_.console.output_is_terminal(); // a script gets the counts alone
    for (const std::string& risk : risks(resolved_)) {
      context_.console.warn(risk);
    }
    if (!spool) {
      return;
    }
    if (settings_.disabled) {
      report_.left = spool->count(Box::waiting);
      return;
    }
    const auto finish = [&] {
      report_.elapsed = whole_milliseconds(context_.clock.steady_now() - start);
      progress_.clear();
    };
    try {
      LockedSpool locked = lock(*spool, start + options_.wait.value_or(settings_.timeout));
      locked.tidy();
      drain_in_rounds(locked, start);
    } catch (...) {
      finish();
      throw;
    }
    finish();
    for (const std::string& warning : warnings_about(report_.counts)) {
      context_.console.warn(warning);
    }
    conclude();
  }

  // Throws the Failure with which the flush ends, if any. Refused entries take precedence over
  // trouble that may pass.
  void conclude() {
    // A spool that cannot be read may have more than was met.
    if (report_.left == 0 && failure_ && failure_->code() != ExitCode::cantcreat) {
      failure_.reset();
    }
    if (noted_signal() != 0 && report_.left > 0) {
      failure_ = Failure{ExitCode::tempfail, "the flush was interrupted"};
    }
    if (!failure_ && report_.left > 0) {
      failure_ = Failure{ExitCode::tempfail, "out of time with " + std::to_string(report_.left) +
                                                 " left; try again later"};
    }
    if (report_.counts.refused > 0 && (!failure_ || may_pass(failure_->code())) &&
        noted_signal() == 0) {
      if (failure_) {
        context_.console.warn(failure_->text());
      }
      failure_ = Failure{ExitCode::data,
                         std::to_string(report_.counts.refused) +
                             (report_.counts.refused == 1 ? " event was" : " events were") +
                             " refused; see metrics-event flush --list "
                             "--refused"};
    }
    if (failure_) {
      throw Failure{*failure_};
    }
  }

  LockedSpool lock(const Spool& spool, Deadline end) {
    try {
      if (auto locked = wait_for_lock(context_.clock, end,
                                      [&spool] { return LockedSpool::try_lock(spool); })) {
        return *std::move(locked);
      }
      throw Failure{ExitCode::tempfail, noted_signal() != 0
                                            ? "the flush was interrupted"
                                            : "another flush is working on the spool " +
                                                  quote_path(spool.path()) + "; try again later"};
    } catch (const Failure&) {
      count_left(spool);
      throw;
    }
  }

  // Counts what is left when nothing was tried. An error is ignored: another one is reported.
  void count_left(const Spool& spool) {
    try {
      report_.left = spool.count(Box::waiting);
    } catch (const Failure&) {
      report_.left = 0;
    }
  }

  // Makes rounds until the spool is empty, or until no retry is worthwhile or possible in time.
  void drain_in_rounds(LockedSpool& spool, Deadline start) {
    const Deadline end = options_.wait ? start + *options_.wait : Deadline::max();
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
          [this](const std::string& url) { return routes_.find(url); }, context_.transport,
          context_.clock, listener);
      report_.counts.add(drained.counts);
      report_.set_aside += drained.set_aside;
      report_.left = drained.left;
      failure_ = drained.failure;
      const bool has_moved =
          drained.counts.delivered + drained.counts.refused + drained.set_aside > 0;
      if (!failure_ && has_moved && noted_signal() == 0) {
        continue; // entries may have arrived in the meantime
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

  void show_progress(const Drained& so_far) {
    const std::uint64_t done = report_.counts.delivered + report_.counts.refused +
                               so_far.counts.delivered + so_far.counts.refused;
    progress_.show(done, done + so_far.left);
  }

  const FlushOptions& options_;
  const Resolved& resolved_;
  const Settings& settings_;
  const Context& context_;
  FlushReport& report_;
  FlushRoutes routes_;
  std::optional<Failure> failure_;
  Progress progress_;
};

} // namespace

void run_flush(const Run& run, RunOutcome& outcome) {
  const auto report = std::make_shared<FlushReport>();
  outcome.result = [report](const RunOutcome& end) {
    return end.is_quiet && end.output == Output::text ? "" : to_result(*report, end);
  };
  const FlushOptions options = flush_options(run.line.options);
  Flush{options, run, *report}.run();
}

} // namespace metrics_event
