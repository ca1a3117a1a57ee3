#include "commands/batch_sender.hpp"

#include "base/text.hpp"
#include "delivery/access.hpp"
#include "settings/rules.hpp"
#include "system/log_file.hpp"
#include "system/signals.hpp"

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 1s; // before a receiver that was in trouble is tried again
constexpr auto longest_pause = 30s;
constexpr auto longest_wait = 1s; // then what has come so far goes

} // namespace

BatchSender::Gathered::Gathered() {
  lines.reserve(largest_push); // more than that are only in a push of one
}

bool BatchSender::Gathered::takes(EntryView entry, std::uint64_t number) {
  if (!room.takes(entry)) {
    return false;
  }
  const std::size_t begin = lines.size();
  lines.append(entry.line);
  entry.line = std::string_view{lines}.substr(begin);
  entries.push_back(entry);
  numbers.push_back(number);
  return true;
}

BatchSender::BatchSender(const Resolved& resolved, const Means& means, BatchConsole& console,
                         BatchReport& report, std::function<void()> meanwhile)
    : resolved_{resolved}, settings_{resolved.settings}, means_{means}, console_{console},
      report_{report}, meanwhile_{std::move(meanwhile)},
      // An attempt ends before a signal is noted, so that it is known what arrived.
      transport_{[&means](const Request& request, Deadline deadline) {
        const DelayedSignals delayed;
        return means.transport(request, deadline);
      }},
      pause_{first_pause} {}

bool BatchSender::add(std::string_view line, Instant time, std::uint64_t number) {
  const EntryView entry{&settings_.labels, time, line, &settings_.metadata};
  const bool is_first = next_.entries.empty();
  const bool is_taken = next_.takes(entry, number);
  const bool makes_room = !is_taken && going_.entries.empty();
  if (makes_room) {
    std::swap(next_, going_);
    next_.takes(entry, number); // now, while the line is still there
  }
  if (is_first || makes_room) {
    next_.due = means_.clock.steady_now() + longest_wait;
  }
  if (makes_room) {
    push_going();
  }
  return is_taken || makes_room;
}

void BatchSender::push() {
  std::swap(next_, going_);
  push_going();
}

void BatchSender::push_going() {
  if (going_.entries.empty()) {
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
  console_.show_progress(going_.numbers.back(), total_);
  going_.lines.clear();
  going_.entries.clear();
  going_.numbers.clear();
  going_.room = PushRoom{};
}

void BatchSender::print() {
  if (settings_.output == Output::text) {
    std::string text;
    if (settings_.url.scheme == Scheme::file) {
      for (const EntryView& entry : going_.entries) {
        text.append(entry.line).append(1, '\n');
      }
    } else {
      write_push_body(text, going_.entries);
      text += '\n';
    }
    means_.console.print(text);
  }
}

void BatchSender::append() {
  // A FIFO takes a line at once, not many.
  const std::size_t at_once = settings_.special_file ? 1 : going_.entries.size();
  for (std::size_t done = 0; done < going_.entries.size(); done += at_once) {
    std::string text;
    for (std::size_t i = done; i < done + at_once; ++i) {
      text.append(i == done ? "" : "\n").append(going_.entries[i].line);
    }
    try {
      append_line(settings_.url.target, text, settings_.special_file,
                  means_.clock.steady_now() + settings_.timeout);
    } catch (const Failure& failure) {
      fail(failure, going_.numbers[done]);
    }
    report_.delivered += at_once;
  }
}

void BatchSender::deliver() {
  std::size_t done = 0;
  try {
    done = pusher().push(settings_.org_id, going_.entries,
                         [this](const Pushed& pushed) { hear(pushed); });
  } catch (const Failure& failure) { // there is no way to the receiver
    trouble_ = failure;
  }
  if (done == going_.entries.size()) {
    pause_ = first_pause;
    trouble_.reset();
    return;
  }
  if (noted_signal() != 0) {
    stop(done);
  }
  if (!settings_.spool.on || trouble_->code() == ExitCode::data) {
    fail(*trouble_, going_.numbers[done]);
  }
  keep(done);
  next_try_ = may_pass(trouble_->code()) ? means_.clock.steady_now() + pause_ : Deadline::max();
  pause_ = std::min<Deadline::duration>(2 * pause_, longest_pause);
  console_.warn("what is left goes into the spool " + quote_path(settings_.spool.directory) + ": " +
                trouble_->text());
}

Pusher& BatchSender::pusher() {
  if (!pusher_) {
    Access access = open_access(resolved_, means_.clock.steady_now() + settings_.timeout,
                                [this](const std::string& text) { means_.console.warn(text); });
    pusher_.emplace(std::move(access), settings_.headers,
                    PushLimits{settings_.retries, settings_.timeout}, transport_, means_.clock,
                    meanwhile_);
  }
  return *pusher_;
}

void BatchSender::hear(const Pushed& pushed) {
  const Judgement& judgement = pushed.delivery.judgement;
  const std::string_view hint = settings_.metadata.empty() ? "" : metadata_hint(judgement);
  switch (pushed.fate) {
  case Pushed::Fate::accepted: report_.delivered += pushed.count; break;
  case Pushed::Fate::refused:
    console_.complain(report_.refused, std::to_string(going_.numbers[pushed.first]),
                      report_.url + " refuses it: " + judgement.message + std::string{hint});
    break;
  case Pushed::Fate::stopped:
    trouble_ = Failure{judgement.code, "cannot deliver to " + report_.url + ": " +
                                           judgement.message + std::string{hint}};
    break;
  }
}

// Puts the entries from this one on, which cannot be delivered, into the spool.
void BatchSender::keep(std::size_t first) {
  for (std::size_t i = first; i < going_.entries.size(); ++i) {
    try {
      if (!spool_) {
        spool_.emplace(Spool::make(settings_.spool.directory, settings_.spool.is_usual));
      }
      const EntryView& entry = going_.entries[i];
      spool_->add({settings_.url.kept_url(), settings_.org_id,
                   Entry{*entry.labels, entry.time, std::string{entry.line}, *entry.metadata}},
                  1, random_id(means_.clock), settings_.spool_max_bytes);
    } catch (const Failure& failure) {
      fail(failure, going_.numbers[i]);
    }
    report_.spooled += 1;
  }
}

// At a signal, with what is going from this one on, and what was gathered, in hand.
void BatchSender::stop(std::size_t first) {
  const bool keeps = settings_.spool.on && !settings_.dry_run && !settings_.disabled &&
                     settings_.url.scheme != Scheme::file;
  std::uint64_t first_unsent = next_line_;
  if (keeps) {
    keep(first);
    std::swap(next_, going_);
    keep(0);
  } else if (first < going_.entries.size()) {
    first_unsent = going_.numbers[first];
  } else if (!next_.entries.empty()) {
    first_unsent = next_.numbers.front();
  }
  fail({ExitCode::tempfail, "a signal ended it"}, first_unsent);
}

void BatchSender::fail(const Failure& failure, std::uint64_t first_unsent) const {
  throw Failure{failure.code(), failure.text() + "; line " + std::to_string(first_unsent) +
                                    " and what follows it are not sent: " + counts(report_)};
}

} // namespace metrics_event
