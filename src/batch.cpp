#include "batch.hpp"

#include "access.hpp"
#include "batch_input.hpp"
#include "batch_line.hpp"
#include "interruption.hpp"
#include "log_file.hpp"
#include "loki.hpp"
#include "places.hpp"
#include "progress.hpp"
#include "pusher.hpp"
#include "settings_rules.hpp"
#include "spool.hpp"
#include "text.hpp"

#include <set>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 1s; // before a receiver that was in trouble is tried again
constexpr auto longest_pause = 30s;
constexpr auto longest_wait = 1s; // then what has come so far goes
constexpr std::uint64_t most_complaints = 10;

class Batch {
public:
  Batch(const RunCommand& command, const EventTypes& types, const Resolved& resolved,
        const Means& means, BatchReport& report)
      : resolved_{resolved}, settings_{resolved.settings}, means_{means}, report_{report},
        progress_{means.console, means.clock, "read"}, started_{means.clock.steady_now()} {
    auto texts = option_texts(*command.type, command.options);
    skips_invalid_ = !texts.at("skip-invalid").empty();
    // Unless it is asked for, an import keeps the times of what it imports.
    const bool is_asked = resolved.origins.at("entry-time").source != Origin::Source::built_in;
    takes_own_time_ = !is_asked || settings_.entry_time == EntryTime::event;
    report_.url = settings_.url.url();
    input_.emplace(command.operand.value_or(""), texts.at("null").empty() ? '\n' : '\0', types);
    note_signals();
  }

  void run() {
    try {
      if (input_->is_regular()) {
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
    if (trouble_ && !may_pass(trouble_->code())) {
      throw Failure{*trouble_};
    }
    if (report_.invalid + report_.refused > 0) {
      throw Failure{ExitCode::data,
                    "not all of " + input_->name() + " was sent: " + counts(report_)};
    }
  }

private:
  void finish() {
    progress_.clear();
    report_.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(means_.clock.steady_now() - started_);
  }

  // Says what is wrong with a line, the first times.
  void complain(std::uint64_t& count, const std::string& place, const std::string& text) {
    count += 1;
    if (count > most_complaints) {
      return;
    }
    progress_.clear();
    means_.console.say("error: " + input_->name() + ':' + place + ": " + text);
    if (count == most_complaints) {
      means_.console.say("error: " + input_->name() + ": what else is like that is only counted");
    }
  }

  void complain_of_line() {
    const LineMistake mistake = input_->mistake();
    complain(report_.invalid,
             std::to_string(input_->number()) + ':' + std::to_string(mistake.column), mistake.text);
  }

  void validate() {
    if (!input_->validate(means_.clock.now(), [this] { complain_of_line(); })) {
      throw Failure{ExitCode::tempfail, "a signal ended it; nothing was sent"};
    }
    if (report_.invalid > 0 && !skips_invalid_) {
      throw Failure{ExitCode::data, input_->name() + ": " + std::to_string(report_.invalid) +
                                        " of " + std::to_string(input_->total()) +
                                        " lines are no events, so nothing was sent; mend them, or "
                                        "send the rest with --skip-invalid"};
    }
  }

  void send() {
    while (true) {
      if (noted_signal() != 0) {
        stop(0);
      }
      const Instant now = means_.clock.now();
      const auto step = input_->next(entries_.empty() ? Deadline::max() : due_, now);
      switch (step) {
      case BatchInput::Step::event: take(now); break;
      case BatchInput::Step::mistake: pass_over(); break;
      case BatchInput::Step::idle: push(); break;
      case BatchInput::Step::end: push(); return;
      }
      next_line_ = input_->number() + 1;
    }
  }

  void take(Instant now) {
    next_line_ = input_->number();
    const Event& event = input_->event();
    Entry entry = make_entry(event, settings_.labels, settings_.metadata, EntryTime::now,
                             times_.next(takes_own_time_ ? event.timestamp : now));
    warn_of_losses(entry, now);
    if (!room_.takes(entry)) {
      push();
      room_.takes(entry);
    }
    if (entries_.empty()) {
      due_ = means_.clock.steady_now() + longest_wait;
    }
    entries_.push_back(std::move(entry));
    numbers_.push_back(input_->number());
  }

  // A line that is no event.
  void pass_over() {
    if (input_->total() == 0 || !skips_invalid_) { // else it was said when all were looked at
      complain_of_line();
    }
    if (!skips_invalid_) {
      push();
      throw Failure{ExitCode::data, input_->name() + ": line " + std::to_string(input_->number()) +
                                        " is no event, so it ends there: " + counts(report_)};
    }
  }

  void warn_of_losses(const Entry& entry, Instant now) {
    for (std::string& loss : likely_losses(entry, now)) {
      const std::string text =
          input_->name() + ':' + std::to_string(input_->number()) + ": " + loss;
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
    } else if (trouble_ && means_.clock.steady_now() < next_try_) {
      keep(0);
    } else {
      deliver();
    }
    progress_.show(numbers_.back(), input_->total());
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
    // A FIFO takes a line at once, not many.
    const std::size_t at_once = settings_.special_file ? 1 : entries_.size();
    for (std::size_t done = 0; done < entries_.size(); done += at_once) {
      std::string text;
      for (std::size_t i = done; i < done + at_once; ++i) {
        text.append(i == done ? "" : "\n").append(entries_[i].line);
      }
      try {
        append_line(settings_.url.target, text, settings_.special_file,
                    means_.clock.steady_now() + settings_.timeout);
      } catch (const Failure& failure) {
        fail(failure, numbers_[done]);
      }
      report_.delivered += at_once;
    }
  }

  void deliver() {
    std::size_t done = 0;
    try {
      done =
          pusher().push(settings_.org_id, entries_, [this](const Pushed& pushed) { hear(pushed); });
    } catch (const Failure& failure) { // there is no way to the receiver
      trouble_ = failure;
    }
    if (done == entries_.size()) {
      pause_ = first_pause;
      trouble_.reset();
      return;
    }
    if (noted_signal() != 0) {
      stop(done);
    }
    if (!settings_.spool.on || trouble_->code() == ExitCode::data) {
      fail(*trouble_, numbers_[done]);
    }
    keep(done);
    next_try_ = may_pass(trouble_->code()) ? means_.clock.steady_now() + pause_ : Deadline::max();
    pause_ = std::min<Deadline::duration>(2 * pause_, longest_pause);
    progress_.clear();
    means_.console.warn("what is left goes into the spool " +
                        quote_path(settings_.spool.directory) + ": " + trouble_->text());
  }

  Pusher& pusher() {
    if (!pusher_) {
      Access access = open_access(resolved_, means_.clock.steady_now() + settings_.timeout,
                                  [this](const std::string& text) { means_.console.warn(text); });
      pusher_.emplace(std::move(access), settings_.headers,
                      PushLimits{settings_.retries, settings_.timeout}, transport_, means_.clock);
    }
    return *pusher_;
  }

  void hear(const Pushed& pushed) {
    const Judgement& judgement = pushed.delivery.judgement;
    const std::string_view hint = settings_.metadata.empty() ? "" : metadata_hint(judgement);
    switch (pushed.fate) {
    case Pushed::Fate::accepted: report_.delivered += pushed.count; break;
    case Pushed::Fate::refused:
      complain(report_.refused, std::to_string(numbers_[pushed.first]),
               report_.url + " refuses it: " + judgement.message + std::string{hint});
      break;
    case Pushed::Fate::stopped:
      trouble_ = Failure{judgement.code, "cannot deliver to " + report_.url + ": " +
                                             judgement.message + std::string{hint}};
      break;
    }
  }

  // Puts the entries from this one on, which cannot be delivered, into the spool.
  void keep(std::size_t first) {
    if (settings_.spool.directory.empty()) {
      blame(resolved_.origins.at("spool"), std::string{no_usual_spool});
    }
    for (std::size_t i = first; i < entries_.size(); ++i) {
      try {
        if (!spool_) {
          spool_.emplace(Spool::make(settings_.spool));
        }
        spool_->add({settings_.url.kept_url(), settings_.org_id, entries_[i]}, 1,
                    random_id(means_.clock), settings_.spool_max_bytes);
      } catch (const Failure& failure) {
        fail(failure, numbers_[i]);
      }
      report_.spooled += 1;
    }
  }

  // At a signal, with the entries from this one on in hand.
  [[noreturn]] void stop(std::size_t first) {
    const bool has_rest = first < entries_.size();
    const bool is_kept = has_rest && settings_.spool.on && !settings_.dry_run &&
                         !settings_.disabled && settings_.url.scheme != Scheme::file;
    if (is_kept) {
      keep(first);
    }
    fail({ExitCode::tempfail, "a signal ended it"},
         has_rest && !is_kept ? numbers_[first] : next_line_);
  }

  [[noreturn]] void fail(const Failure& failure, std::uint64_t first_unsent) const {
    throw Failure{failure.code(), failure.text() + "; line " + std::to_string(first_unsent) +
                                      " and what follows it are not sent: " + counts(report_)};
  }

  const Resolved& resolved_;
  const Settings& settings_;
  const Means& means_;
  BatchReport& report_;
  Progress progress_;
  Deadline started_;
  bool skips_invalid_ = false;
  bool takes_own_time_ = true;
  std::optional<BatchInput> input_;
  DistinctTimes times_;
  PushRoom room_;
  std::vector<Entry> entries_;         // of the next push
  std::vector<std::uint64_t> numbers_; // of their lines
  Deadline due_{};                     // when they go although there is room left
  std::uint64_t next_line_ = 1;        // the first that is neither sent nor among them
  std::set<std::string> losses_;       // that were warned of
  // An attempt ends before a signal is noted, so that it is known what arrived.
  const Transport transport_ = [this](const Request& request, Deadline deadline) {
    const DelayedSignals delayed;
    return means_.transport(request, deadline);
  };
  std::optional<Pusher> pusher_;
  std::optional<Spool> spool_;
  std::optional<Failure> trouble_; // why what comes goes into the spool
  Deadline next_try_{};            // of the receiver, then
  Deadline::duration pause_ = first_pause;
};

} // namespace

void batch(const RunCommand& command, const EventTypes& types, const Resolved& resolved,
           const Means& means, BatchReport& report) {
  Batch{command, types, resolved, means, report}.run();
}

} // namespace metrics_event
