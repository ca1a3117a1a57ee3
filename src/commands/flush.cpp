#include "commands/flush.hpp"

#include "base/text.hpp"
#include "delivery/access.hpp"
#include "delivery/drain.hpp"
#include "delivery/retry.hpp"
#include "settings/rules.hpp"
#include "spool/spool.hpp"
#include "system/progress.hpp"
#include "system/signals.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_names = 1000; // known at a time
constexpr auto between_looks_at_lock = 50ms;
constexpr auto shortest_pause = 50ms; // the last ones before the end are short

std::chrono::milliseconds floor_ms(Deadline::duration time) {
  return std::chrono::floor<std::chrono::milliseconds>(time);
}

class Flush {
public:
  Flush(const FlushOptions& options, const std::vector<Layer>& layers, const Resolved& resolved,
        const Means& means, FlushReport& report)
      : options_{options}, layers_{layers}, resolved_{resolved}, settings_{resolved.settings},
        means_{means}, report_{report}, progress_{means.console, means.clock,
                                                  "delivered or refused"} {}

  void run() {
    report_.spool = settings_.spool.directory;
    auto spool = Spool::find(settings_.spool.directory);
    if (!spool && !settings_.spool.is_usual) {
      means_.console.warn("there is no spool " + quote_path(settings_.spool.directory));
    }
    switch (options_.task) {
    case FlushOptions::Task::list: list(spool); break;
    case FlushOptions::Task::drop: drop(spool); break;
    case FlushOptions::Task::send: send(spool); break;
    }
  }

private:
  Box box() const { return options_.refused ? Box::refused : Box::waiting; }

  // Calls `visit(name, listed)` for every file that is selected, the oldest first.
  template <class Visit>
  void for_each_selected(const Spool& spool, Visit&& visit) {
    const Instant now = means_.clock.now();
    std::vector<std::string> names;
    while (!(names = spool.names(box(), names.empty() ? "" : names.back(), most_names)).empty()) {
      for (const std::string& name : names) {
        const auto text = spool.read(box(), name);
        if (!text && text.error() == std::errc::no_such_file_or_directory) {
          continue; // somebody delivers it at this moment
        }
        ListedEntry listed{.file = name};
        const auto record = text ? decode_record(*text)
                                 : boost::system::result<SpoolRecord, std::string>{
                                       boost::system::in_place_error, system_words(text.error())};
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
    const Console& console = means_.console;
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
      lock(*spool, means_.clock.steady_now() + settings_.timeout);
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
    const Deadline start = means_.clock.steady_now();
    for (const std::string& risk : risks(resolved_)) {
      means_.console.warn(risk);
    }
    if (spool && settings_.disabled) {
      finish(*spool, start);
    }
    if (!spool || settings_.disabled) {
      return;
    }
    const Deadline end = start + options_.wait.value_or(settings_.timeout);
    try {
      lock(*spool, end);
      spool->tidy();
      deliver(*spool, start);
    } catch (...) {
      finish(*spool, start);
      throw;
    }
    finish(*spool, start);
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
    if (report_.refused > 0 && (!failure_ || may_pass(failure_->code())) && noted_signal() == 0) {
      if (failure_) {
        means_.console.warn(failure_->text());
      }
      failure_ = Failure{ExitCode::data, std::to_string(report_.refused) +
                                             " were refused, see metrics-event flush --list "
                                             "--refused"};
    }
    if (failure_) {
      throw Failure{*failure_};
    }
  }

  void finish(const Spool& spool, Deadline start) {
    report_.elapsed = floor_ms(means_.clock.steady_now() - start);
    report_.left = spool.usage(Box::waiting).entries;
    progress_.clear();
  }

  void lock(Spool& spool, Deadline end) {
    while (!spool.try_lock()) {
      const Deadline now = means_.clock.steady_now();
      if (now >= end || !means_.clock.sleep_until(std::min(end, now + between_looks_at_lock))) {
        throw Failure{ExitCode::tempfail, noted_signal() != 0
                                              ? "a signal ended the flush"
                                              : "another flush works on the spool " +
                                                    quote_path(spool.path()) + "; try again later"};
      }
    }
  }

  // As many rounds as it takes, or as there is time for.
  void deliver(Spool& spool, Deadline start) {
    std::optional<Deadline> end;
    if (options_.wait) {
      end = start + *options_.wait;
    }
    total_ = spool.usage(Box::waiting).entries;
    const Reach reach = [this](const std::string& url) { return reach_destination(url); };
    const DrainEvents events{[this](const std::string& text) {
                               progress_.clear();
                               means_.console.warn(text);
                             },
                             [this](const std::string& text) {
                               if (settings_.verbose) {
                                 progress_.clear();
                                 means_.console.say(text);
                               }
                             },
                             [this](const Drained& so_far) { show_progress(so_far); }};
    for (int round = 1;; ++round) {
      const Drained drained = drain(spool, {.push = {settings_.retries, settings_.timeout, end}},
                                    reach, means_.transport, means_.clock, events);
      report_.delivered += drained.delivered;
      report_.refused += drained.refused;
      report_.set_aside += drained.set_aside;
      failure_ = drained.failure;
      const bool has_moved = drained.delivered + drained.refused + drained.set_aside > 0;
      if (!failure_ && has_moved && noted_signal() == 0 && spool.usage(Box::waiting).entries > 0) {
        continue; // what came meanwhile
      }
      round = drained.delivered > 0 ? 1 : round;
      const Deadline now = means_.clock.steady_now();
      const auto left = end ? floor_ms(*end - now) : 0ms;
      const Plan plan = plan_retry({.worth_a_retry = end && drained.may_pass,
                                    .attempts = round,
                                    .time_left = left,
                                    .asked = drained.asked,
                                    .random = means_.clock.random()},
                                   std::numeric_limits<int>::max());
      const bool is_asked_too_long = drained.asked && *drained.asked >= left;
      if (plan.step == Plan::Step::settled || left < shortest_pause || is_asked_too_long ||
          !means_.clock.sleep_until(now +
                                    (drained.asked ? plan.wait : std::min(plan.wait, left / 2)))) {
        return;
      }
    }
  }

  // The settings of the receiver that is configured go to no other server.
  const Destination& reach_destination(const std::string& url) {
    const auto known = destinations_.find(url);
    return known != destinations_.end()
               ? known->second
               : destinations_.emplace(url, new_destination(url)).first->second;
  }

  Destination new_destination(const std::string& url) {
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
      if (configured.has_origin_of(resolved.settings.url)) {
        resolved.settings.url.credentials = configured.credentials;
      } else {
        forget_credentials(resolved.settings);
        hint = "; credentials go only to the server of the setting url, " + configured.url();
      }
    }
    Access access = open_access(resolved, means_.clock.steady_now() + settings_.timeout,
                                [this](const std::string& text) { means_.console.warn(text); });
    return {std::move(access), resolved.settings.headers, std::move(hint)};
  }

  // What depends on the URL, such as the proxy, is then right.
  Resolved resolve_for(const std::string& url) const {
    const auto setting = std::ranges::find(all_settings(), "url", &Setting::name);
    std::vector<Layer> layers = layers_;
    layers.push_back({GivenSetting{&*setting, url, Origin{.name = "the spool"}}});
    return resolve(layers, known_settings());
  }

  std::vector<std::string_view> known_settings() const {
    std::vector<std::string_view> names;
    for (const auto& known : resolved_.origins) {
      names.push_back(known.first);
    }
    return names;
  }

  void show_progress(const Drained& so_far) {
    progress_.show(report_.delivered + report_.refused + so_far.delivered + so_far.refused, total_);
  }

  const FlushOptions& options_;
  const std::vector<Layer>& layers_;
  const Resolved& resolved_;
  const Settings& settings_;
  const Means& means_;
  FlushReport& report_;
  std::map<std::string, Destination> destinations_; // their files are read once
  std::optional<Failure> failure_;
  std::uint64_t total_ = 0;
  Progress progress_;
};

} // namespace

void flush(const FlushOptions& options, const std::vector<Layer>& layers, const Resolved& resolved,
           const Means& means, FlushReport& report) {
  Flush{options, layers, resolved, means, report}.run();
}

} // namespace metrics_event
