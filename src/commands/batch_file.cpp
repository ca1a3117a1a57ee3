#include "commands/batch_file.hpp"

#include "settings/places.hpp"
#include "settings/rules.hpp"
#include "system/signals.hpp"

#include <functional>

namespace metrics_event {
namespace {

// Returns how to send the rest of an input after a failure, as BatchConsole takes it. Nobody can
// send the rest of a pipe.
std::string remedy_for(const BatchInput& input, bool resumes, bool ends_with_nul) {
  return resumes ? "run the same command again to send them"
         : !input.is_regular()
             ? ""
             : "send them with tail" + std::string{ends_with_nul ? " -z" : ""} +
                   " -n +# FILE | metrics-event batch" + (ends_with_nul ? " --null" : "");
}

} // namespace

BatchFile::BatchFile(const Run& run, const std::string& path)
    : run_{run}, settings_{run.resolved.settings}, context_{run.context},
      skips_invalid_{run.line.options.is_on("skip-invalid")}, resumes_{run.line.options.is_on(
                                                                  "resume")},
      // An import keeps the times of its events unless the caller asked for another entry time.
      entry_time_{run.resolved.origins.at("entry-time").source == Origin::Source::built_in
                      ? EntryTime::event
                      : settings_.entry_time},
      input_{path, run.line.options.is_on("null") ? '\0' : '\n', run.types},
      console_{context_.console, context_.clock, input_.name(),
               remedy_for(input_, resumes_, run.line.options.is_on("null"))},
      sender_{run.resolved, context_, console_, report_,
              resumes_ ? [this](const OpenLines& lines) { bookmark_->note(lines); }
                       : std::function<void(const OpenLines&)>{}},
      entry_{settings_.labels, {}, {}, settings_.metadata} {
  report_.url = settings_.url.url();
}

void BatchFile::run(EventCounts& total) {
  const auto finish = [&] {
    console_.clear();
    total.add(report_.counts);
  };
  try {
    send_all();
  } catch (...) {
    finish();
    throw;
  }
  finish();
  if (sender_.trouble() && !may_pass(sender_.trouble()->code())) {
    throw Failure{*sender_.trouble()};
  }
  if (report_.counts.invalid + report_.counts.refused > 0) {
    throw Failure{ExitCode::data,
                  "not all of " + input_.name() + " was sent: " + counts(report_.counts)};
  }
}

void BatchFile::send_all() {
  if (!resumes_) {
    if (input_.is_regular()) {
      validate();
    }
    for (const std::string& risk : risks(run_.resolved)) {
      context_.console.warn(risk);
    }
    send();
    return;
  }
  bookmark_.emplace(input_, position_directory(run_.app.environment, run_.app.is_root), settings_,
                    entry_time_, context_);
  times_ = bookmark_->times();
  try {
    replay();
    send();
  } catch (...) {
    try {
      bookmark_->save();
    } catch (const Failure& unsaved) { // the failure before it says more
      console_.warn(unsaved.text());
    }
    throw;
  }
  bookmark_->save();
}

void BatchFile::complain_of_line() {
  const LineMistake mistake = input_.mistake();
  console_.complain(report_.counts.invalid,
                    std::to_string(input_.number()) + ':' + std::to_string(mistake.column),
                    mistake.text);
}

void BatchFile::validate() {
  std::uint64_t unfinished = 0; // a last line without its end, which is left out
  const auto complain = [&] {
    complain_of_line();
    unfinished += input_.is_terminated() ? 0U : 1U;
  };
  if (!input_.validate(context_.clock.now(), complain)) {
    throw Failure{ExitCode::tempfail, "interrupted; nothing was sent"};
  }
  if (report_.counts.invalid > unfinished && !skips_invalid_) {
    const bool is_one = report_.counts.invalid == 1;
    throw Failure{ExitCode::data, input_.name() + ": " + std::to_string(report_.counts.invalid) +
                                      " of " + std::to_string(input_.total()) + " lines " +
                                      (is_one ? "is invalid and nothing was sent; fix it"
                                              : "are invalid and nothing was sent; fix them") +
                                      ", or send the rest with --skip-invalid"};
  }
}

// Makes the entries of the push again that was under way when an earlier run ended, with the times
// that they had, and brings what is open about them to its end.
void BatchFile::replay() {
  if (!bookmark_->open_push()) {
    return;
  }
  const OpenPush push = *bookmark_->open_push();
  input_.limit(push.last_line);
  entry_.metadata = push.metadata;
  BatchInput::Step step{};
  while (step != BatchInput::Step::end) {
    if (noted_signal() != 0) { // the stored position stays as it is
      throw Failure{ExitCode::tempfail, "interrupted; nothing was sent"};
    }
    const Instant now = bookmark_->read_time(input_.number() + 1);
    step = input_.next(Deadline::max(), now);
    if (step == BatchInput::Step::event) {
      repeat(push, now);
    } // the run before has dealt with a mistake
  }
  const std::uint64_t next_line = push.last_line + 1;
  if (push.is_spooling) {
    sender_.send_unless_spooled(next_line);
  } else {
    sender_.send(next_line);
  }
  bookmark_->end_replay();
  input_.limit(std::nullopt);
  entry_.metadata = settings_.metadata;
}

void BatchFile::repeat(const OpenPush& push, Instant now) {
  make_entry(push.entry_time, now);
  if (const auto doubt = bookmark_->doubt_about(input_.number())) {
    sender_.add(entry_, input_.number(), *doubt);
  }
}

void BatchFile::send() {
  sender_.expect(input_.total());
  console_.begin_progress(input_.number());
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

void BatchFile::take(Instant now) {
  make_entry(entry_time_, now);
  warn_of_losses(now);
  sender_.add(entry_, input_.number());
}

// Makes the entry of the line read last, which was read at `now`.
void BatchFile::make_entry(EntryTime entry_time, Instant now) {
  const Instant own = entry_time == EntryTime::event ? input_.timestamp() : now;
  entry_.time = times_.next(own);
  entry_.line = input_.line();
  if (bookmark_) {
    const bool depends_on_now = own == now || input_.timestamp() == now;
    bookmark_->note_event(own, depends_on_now ? std::optional{now} : std::nullopt);
  }
}

// Counts a line that is not a valid event, and ends the batch there unless such lines are skipped.
// A last line without its end is always skipped: whoever writes it has not finished.
void BatchFile::pass_over() {
  passed_over_ += 1;
  if (passed_over_ > report_.counts.invalid) { // `validate` has not reported it
    complain_of_line();
  }
  if (!skips_invalid_ && input_.is_terminated()) {
    sender_.send(input_.number());
    throw Failure{ExitCode::data,
                  input_.name() + ": line " + std::to_string(input_.number()) +
                      " is not a valid event, so the batch ended there: " + counts(report_.counts)};
  }
}

// Warns of likely losses, once for each kind.
void BatchFile::warn_of_losses(Instant now) {
  for (const std::string_view loss : likely_losses(entry_, now)) {
    if (losses_.insert(loss).second) {
      console_.warn(input_.name() + ':' + std::to_string(input_.number()) + ": " +
                    std::string{loss} + "; the same may be true of later lines");
    }
  }
}

} // namespace metrics_event
