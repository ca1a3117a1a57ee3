#pragma once

#include "event/batch_line.hpp"
#include "event/known_types.hpp"
#include "system/line_reader.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace metrics_event {

/// Reads events from a file or from standard input, one per line. Blank lines are skipped.
class BatchInput {
public:
  enum class Step {
    event,
    mistake, // the line is not a valid event
    end,
    idle, // nothing arrived before the deadline, or a signal was noted
  };

  /// Opens the input as LineReader does; lines end with `end_of_line`, and `types` must outlive the
  /// reader.
  BatchInput(const std::string& path, char end_of_line, const EventTypes& types);

  /// Returns whether the input can be validated before it is sent, which needs a regular file.
  bool is_regular() const { return reader_.is_regular(); }

  /// Reads every line of a regular file, calls `on_mistake` for each invalid one, and rewinds.
  /// Lines appended after that are not read. Returns false when a signal interrupted it. Throws
  /// Failure (ioerr) when reading fails.
  bool validate(Instant now, const std::function<void()>& on_mistake);

  /// Reads up to the next event or mistake; `now` is the timestamp of an event that gives none.
  /// Throws Failure (ioerr) when reading fails, or when the file has become shorter since
  /// `validate`.
  Step next(Deadline deadline, Instant now);

  /// These return the line and the timestamp of the event found last; they are valid until the next
  /// call of `next`.
  std::string_view line() const { return lines_.line(); }
  Instant timestamp() const { return *found_; }

  /// Returns the mistake found last; valid only after Step::mistake.
  LineMistake mistake() const { return found_.error(); }

  /// Returns the number of the line read last, counted from 1.
  std::uint64_t number() const { return reader_.number(); }

  /// Returns the number of lines that `validate` counted; 0 means that it is unknown.
  std::uint64_t total() const { return total_; }

  /// Returns the name of the input in messages.
  const std::string& name() const { return reader_.name(); }

private:
  LineReader reader_;
  BatchLineReader lines_;
  boost::system::result<Instant, LineMistake> found_{LineMistake{}};
  bool is_validated_ = false;
  std::uint64_t total_ = 0;
};

} // namespace metrics_event
