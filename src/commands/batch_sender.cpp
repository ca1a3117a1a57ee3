#include "commands/batch_sender.hpp"

#include "base/text.hpp"
#include "commands/flush_advice.hpp"
#include "delivery/route.hpp"
#include "system/log_file.hpp"
#include "system/signals.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr auto first_retry_pause = 1s; // before a failed receiver is tried again
constexpr auto longest_retry_pause = 30s;
constexpr auto longest_wait = 1s; // then the gathered entries are sent

} // namespace

BatchSender::BatchSender(const Resolved& resolved, const Context& context, BatchConsole& console,
                         BatchReport& report, std::function<void(const OpenLines&)> note_open)
    : resolved_{resolved}, settings_{resolved.settings}, context_{context}, console_{console},
      report_{report}, note_open_{std::move(note_open)},
      // Signals are noted only after an attempt has ended, so that its outcome is known.
      transport_{[&context](const Request& request, Deadline deadline) {
        const DelayedSignals delayed;
        return context.transport(request, deadline);
      }},
      spooler_{settings_, context.clock}, pause_{first_retry_pause} {
  if (settings_.confirm) {
    report_.counts.confirmed = 0;
  }
}

void BatchSender::add(const Entry& entry, std::uint64_t number, Doubt doubt) {
  if (!lines_.add(entry, number, doubt)) {
    send(number);
    lines_.add(entry, number, doubt);
  }
  if (lines_.size() == 1) {
    due_ = context_.clock.steady_now() + longest_wait;
  }
}

void BatchSender::note(bool is_spooling) const {
  if (note_open_) {
    note_open_({lines_.numbers(), lines_.doubts(), next_line_, is_spooling});
  }
}

// Notes that the gathered entries may be stored from now on. An earlier doubt says more.
void BatchSender::note_leaving() {
  if (!note_open_) {
    return;
  }
  std::vector<Doubt> doubts(lines_.doubts().begin(), lines_.doubts().end());
  std::ranges::replace(doubts, Doubt::none, Doubt::possibly_stored);
  try {
    note_open_({lines_.numbers(), doubts, next_line_});
  } catch (const Failure& failure) {
    throw unsent(failure, lines_.numbers().front());
  }
}

void BatchSender::send(std::uint64_t next_line) {
  next_line_ = next_line;
  if (lines_.empty()) {
    note();
    return;
  }
  const std::uint64_t last = lines_.numbers().back();
  if (settings_.dry_run) {
    print();
  } else if (settings_.disabled) {
    // The entries are validated already, and --disabled asks for nothing else.
  } else if (settings_.url.scheme == Scheme::file) {
    append();
  } else if (trouble_ && context_.clock.steady_now() < next_try_) {
    keep();
  } else {
    push();
  }
  console_.show_progress(last, total_);
  clear();
}

void BatchSender::send_unless_spooled(std::uint64_t next_line) {
  const std::vector<bool> is_spooled = keeps_undelivered(settings_)
                                           ? spooler_.find_waiting(lines_.entries())
                                           : std::vector<bool>(lines_.size());
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (!is_spooled[i]) {
      const Doubt doubt = lines_.doubts()[i];
      lines_.leave(i, doubt == Doubt::none ? Doubt::possibly_stored : doubt);
    }
  }
  report_.counts.spooled += lines_.retain_left();
  send(next_line);
}

void BatchSender::clear() {
  lines_.clear();
  note();
}

void BatchSender::print() {
  if (settings_.output == Output::text) {
    std::string text;
    if (settings_.url.scheme == Scheme::file) {
      for (const Entry& entry : lines_.entries()) {
        text.append(entry.line).append(1, '\n');
      }
    } else {
      write_push_body(text, lines_.entries());
      text += '\n';
    }
    context_.console.show(text);
  }
}

void BatchSender::append() {
  note_leaving();
  const std::size_t at_once = takes_many_lines(settings_.url.target) ? lines_.size() : 1;
  for (std::size_t done = 0; done < lines_.size(); done += at_once) {
    std::string text;
    for (std::size_t i = done; i < done + at_once; ++i) {
      text.append(i == done ? "" : "\n").append(lines_.entries()[i].line);
    }
    try {
      append_line(settings_.url.target, text, context_.clock.steady_now() + settings_.timeout);
    } catch (const Failure& failure) {
      lines_.leave_from(done);
      lines_.retain_left();
      fail(failure, lines_.numbers().front());
    }
    report_.counts.delivered += at_once;
    for (std::size_t i = done; i < done + at_once; ++i) { // nobody can ask a file
      report_.counts.repeated += lines_.doubts()[i] == Doubt::none ? 0U : 1U;
    }
  }
}

void BatchSender::push() {
  trouble_ = deliver_older();
  is_stopped_ = trouble_.has_value();
  if (!trouble_) {
    push_lines();
  }
  if (lines_.empty()) {
    pause_ = first_retry_pause;
    return;
  }
  if (noted_signal() != 0) {
    stop(next_line_);
  }
  if (!trouble_) {
    trouble_ = Failure{ExitCode::tempfail, "out of time"};
  }
  if (!spooler_.keeps(*trouble_)) {
    fail(*trouble_, lines_.numbers().front());
  }
  keep();
  if (!std::exchange(is_warned_, true)) { // the counts at the end tell how many there are
    console_.warn(with_flush_advice("events that cannot be delivered are kept in the spool " +
                                        quote_path(settings_.spool.directory) + ": " +
                                        trouble_->text(),
                                    settings_.spool));
  }
  if (!is_stopped_) { // the next push may do better
    trouble_.reset();
    return;
  }
  next_try_ = may_pass(trouble_->code()) ? context_.clock.steady_now() + pause_ : Deadline::max();
  pause_ = std::min<Deadline::duration>(2 * pause_, longest_retry_pause);
}

// Delivers what waits in the spool and would be refused behind these lines, for as long as a push
// may take. Returns why they have to wait behind it, if they have to.
std::optional<Failure> BatchSender::deliver_older() {
  if (!keeps_undelivered(settings_)) {
    return std::nullopt;
  }
  if (!waiting_) {
    waiting_.emplace(
        waiting_beside_batch, settings_, spooler_,
        [this](const std::string&) { return open_routes(); }, transport_, context_.clock,
        [this](const std::string& text) { console_.warn(text); },
        [this](const std::string& text) {
          if (settings_.verbose) {
            context_.console.say(text);
          }
        });
  }
  const Instant newest = std::ranges::max(lines_.entries(), {}, &Entry::time).time;
  return waiting_->deliver_older(newest, context_.clock.steady_now() + settings_.timeout,
                                 report_.counts);
}

void BatchSender::push_lines() {
  note_leaving();
  try {
    if (!pusher_) {
      pusher_.emplace(open_routes(),
                      PushLimits{.retries = settings_.retries,
                                 .timeout = settings_.timeout,
                                 .confirms = settings_.confirm},
                      transport_, context_.clock);
    }
    pusher_->push(settings_.org_id, lines_.entries(), lines_.doubts(),
                  [this](const Pushed& pushed) { count(pushed); });
  } catch (const Failure& failure) { // the routes to the receiver cannot be opened
    trouble_ = failure;
    is_stopped_ = true;
    lines_.leave_from(0);
  }
  lines_.retain_left();
}

Routes BatchSender::open_routes() const {
  return metrics_event::open_routes(
      resolved_, context_.clock.steady_now() + settings_.timeout,
      [this](const std::string& text) { context_.console.warn(text); });
}

void BatchSender::count(const Pushed& pushed) {
  const Judgement& judgement = pushed.delivery.judgement;
  EventCounts& counts = report_.counts;
  counts.add(pushed);
  switch (pushed.fate) {
  case Pushed::Fate::accepted: break;
  case Pushed::Fate::refused:
    for (std::size_t i = pushed.first; i < pushed.first + pushed.count; ++i) {
      // Of an import that is too far behind the stream, the first line stands for all.
      if (judgement.is_behind_stream && counts.behind++ > 0) {
        counts.refused += 1;
        continue;
      }
      console_.complain(counts.refused, std::to_string(lines_.numbers()[i]),
                        report_.url + " refused it: " + judgement.message);
    }
    break;
  case Pushed::Fate::stopped: is_stopped_ = true; [[fallthrough]];
  case Pushed::Fate::left:
    if (!trouble_ && judgement.code != ExitCode::ok) {
      trouble_ = undelivered("to " + report_.url, judgement);
    }
    for (std::size_t i = pushed.first; i < pushed.first + pushed.count; ++i) {
      lines_.leave(i, pushed.doubt);
    }
    break;
  }
}

// Puts the gathered entries, which cannot be delivered, into the spool.
void BatchSender::keep() {
  if (lines_.empty()) {
    return;
  }
  try {
    note(true);
  } catch (const Failure& failure) {
    throw unsent(failure, lines_.numbers().front());
  }
  const std::set<Doubt> doubts(lines_.doubts().begin(), lines_.doubts().end());
  for (const Doubt doubt : doubts) {
    try {
      spooler_.keep(lines_.entries(), lines_.doubts(), doubt, 1);
    } catch (const Failure& failure) {
      fail(failure, lines_.numbers().front());
    }
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_.doubts()[i] != doubt) {
        lines_.leave(i, lines_.doubts()[i]);
      }
    }
    report_.counts.spooled += lines_.retain_left();
  }
}

void BatchSender::stop(std::uint64_t next_line) {
  next_line_ = next_line;
  if (keeps_undelivered(settings_)) {
    keep();
  }
  fail({ExitCode::tempfail, "interrupted"}, lines_.empty() ? next_line : lines_.numbers().front());
}

std::uint64_t BatchSender::in_doubt() const {
  return lines_.size() -
         static_cast<std::uint64_t>(std::ranges::count(lines_.doubts(), Doubt::none));
}

Failure BatchSender::unsent(const Failure& failure, std::uint64_t first_unsent) const {
  const std::string remedy = console_.remedy(first_unsent);
  return {failure.code(), failure.text() + "; " + counts(report_.counts) + "; lines from " +
                              std::to_string(first_unsent) + " on were not sent" +
                              (in_doubt() == 0 ? ""
                                               : ", but " + std::to_string(in_doubt()) +
                                                     " of these events may have been stored") +
                              (remedy.empty() || first_unsent == 1 ? "" : "; " + remedy)};
}

void BatchSender::fail(const Failure& failure, std::uint64_t first_unsent) const {
  try {
    note();
  } catch (const Failure&) { // what was noted before leaves all of these lines in doubt
  }
  throw unsent(failure, first_unsent);
}

} // namespace metrics_event
