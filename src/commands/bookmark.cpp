#include "commands/bookmark.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "commands/wait_for_lock.hpp"
#include "system/signals.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::uint64_t enough_to_know = 1024; // bytes at the beginning, which differ between files

} // namespace

Bookmark::Bookmark(BatchInput& input, const std::string& directory, const Settings& settings,
                   EntryTime entry_time, const Context& context)
    : input_{input}, context_{context}, is_read_only_{settings.dry_run || settings.disabled},
      entry_time_{entry_time}, metadata_{settings.metadata} {
  if (!input.is_regular()) { // it was replaced after it was looked at
    throw Failure{ExitCode::usage, "--resume needs a regular file; the position in " +
                                       quote_path(input.name()) + " cannot be kept"};
  }
  const Instant now = context.clock.now();
  if (!is_read_only_) {
    store_ = PositionStore::make(directory, now);
  } else if (!directory.empty()) {
    store_ = PositionStore::find(directory, now);
  }
  struct stat status {};
  fstat(input.descriptor(), &status);
  position_ = {.destination = {settings.url.kept_url(), settings.org_id},
               .labels = settings.labels,
               .device = status.st_dev,
               .inode = status.st_ino};
  if (!is_read_only_) {
    lock(settings);
  }
  auto stored = store_ ? store_->find(input.descriptor(), position_,
                                      [&](const std::string& text) { context.console.warn(text); })
                       : std::nullopt;
  const bool is_own = stored && stored->position.device == position_.device &&
                      stored->position.inode == position_.inode;
  name_ = is_own ? stored->name : PositionStore::new_name(position_, random_id(context.clock));
  is_dirty_ = stored && !(is_own && stored->is_fresh);
  if (stored) {
    stored->position.device = position_.device;
    stored->position.inode = position_.inode;
    position_ = std::move(stored->position);
    known_ = position_.imprint;
    times_ = DistinctTimes{position_.times};
    replayed_ = position_.push;
    first_replayed_ = position_.line + 1;
  } else {
    const auto size =
        std::min<std::uint64_t>(static_cast<std::uint64_t>(status.st_size), enough_to_know);
    known_ = imprint_of(input.descriptor(), size).value_or(Imprint{});
  }
  input.resume(position_.begin, position_.line);
}

void Bookmark::lock(const Settings& settings) {
  lock_ = wait_for_lock(context_.clock, context_.clock.steady_now() + settings.timeout,
                        [this] { return store_->try_lock(position_); });
  if (!lock_) {
    const std::string why = "another run is sending " + quote_path(input_.name());
    throw Failure{ExitCode::tempfail, noted_signal() != 0
                                          ? "interrupted; " + why
                                          : why + "; wait until it ends, or raise --timeout"};
  }
}

void Bookmark::note_event(Instant own, std::optional<Instant> read_at) {
  events_.push_back({input_.number(), own, read_at});
}

void Bookmark::note(const OpenLines& lines) {
  if (is_read_only_) {
    return;
  }
  // The line read last may be the first one after the push, for which it had no room left.
  const bool is_behind = lines.next_line <= input_.number();
  const std::uint64_t end = is_behind ? input_.begin() : input_.end();
  if (lines.numbers.empty()) {
    advance(end, lines.next_line - 1);
  } else {
    const auto before = std::exchange(position_.push, open_push(lines, end));
    try {
      write(end);
    } catch (...) { // nothing leaves, so that what was known before is still so
      position_.push = before;
      throw;
    }
  }
}

void Bookmark::advance(std::uint64_t end, std::uint64_t last_line) {
  const auto behind = std::ranges::find_if(
      events_, [last_line](const Event& event) { return event.line > last_line; });
  std::for_each(events_.begin(), behind, [this](const Event& event) { times_.next(event.own); });
  events_.erase(events_.begin(), behind);
  is_dirty_ = is_dirty_ || end != position_.begin || position_.push;
  position_.begin = end;
  position_.line = last_line;
  position_.push.reset();
}

OpenPush Bookmark::open_push(const OpenLines& lines, std::uint64_t end) const {
  OpenPush push{.end = end,
                .last_line = lines.next_line - 1,
                .entry_time = replayed_ ? replayed_->entry_time : entry_time_,
                .metadata = replayed_ ? replayed_->metadata : metadata_,
                .is_spooling = lines.is_spooling};
  std::uint64_t line = position_.line;
  for (const Event& event : events_) {
    if (event.line > push.last_line) {
      break;
    }
    const std::uint64_t count = event.line - std::exchange(line, event.line);
    std::vector<TimeRun>& runs = push.read_at;
    if (runs.empty() || (event.read_at && event.read_at != runs.back().own)) {
      const Instant time = event.read_at.value_or(Instant{});
      runs.push_back({time, time, count});
    } else {
      runs.back().count += count;
    }
  }
  const auto add = [&push](std::uint64_t count, std::optional<Doubt> doubt) {
    if (count == 0) {
      return;
    }
    if (push.lines.empty() || push.lines.back().doubt != doubt) {
      push.lines.push_back({0, doubt});
    }
    push.lines.back().count += count;
  };
  line = position_.line;
  for (std::size_t i = 0; i < lines.numbers.size(); ++i) {
    add(lines.numbers[i] - line - 1, std::nullopt);
    add(1, lines.doubts[i]);
    line = lines.numbers[i];
  }
  add(push.last_line - line, std::nullopt);
  return push;
}

void Bookmark::write(std::uint64_t end) {
  if (end != position_.imprint.size) { // else the file was that long when it was looked at
    const bool is_known = imprint_of(input_.descriptor(), known_.size) == known_;
    const auto imprint = imprint_of(input_.descriptor(), end);
    if (!is_known || !imprint) {
      throw Failure{ExitCode::tempfail,
                    quote_path(input_.name()) +
                        " was truncated while it was read; continue with the copy"};
    }
    position_.imprint = known_ = *imprint;
  }
  position_.times = times_.remembered();
  store_->write(name_, position_);
  is_dirty_ = false;
}

void Bookmark::save() {
  if (is_dirty_ && !is_read_only_) {
    write(position_.push ? position_.push->end : position_.begin);
  }
}

} // namespace metrics_event
