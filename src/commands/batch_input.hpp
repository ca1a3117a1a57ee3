#pragma once

#include "event/batch_line.hpp"
#include "event/known_types.hpp"
#include "system/line_reader.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace metrics_event {

/// Events that come a line each, from a file or from standard input. Blank lines are none.
class BatchInput {
public:
  enum class Step {
    event,
    mistake, // a line that is no event
    end,
    idle, // nothing came until the deadline, or a signal was noted
  };

  /// As a LineReader.
  BatchInput(const std::string& path, char end_of_line, const EventTypes& types);

  /// Whether all of it can be looked at before it is read: it is a regular file.
  bool is_regular() const { return reader_.is_regular(); }

  /// Looks at all lines of a regular file and calls `on_mistake` at each mistake, then starts
  /// again: what was not looked at is not read any more. Returns false when a signal ended it.
  /// Throws Failure.
  bool validate(Instant now, const std::function<void()>& on_mistake);

  /// Looks for the next event, whose timestamp is `now` unless it has one. Throws Failure (ioerr)
  /// when reading fails, or a file has become shorter since it was looked at.
  Step next(Deadline deadline, Instant now);

  /// The event that was found, until the next call: its line and its timestamp.
  std::string_view line() const { return lines_.line(); }
  Instant timestamp() const { return *found_; }

  /// The mistake that was found.
  LineMistake mistake() const { return found_.error(); }

  /// The number of the line that was looked at last.
  std::uint64_t number() const { return reader_.number(); }

  /// How many lines there are; 0: not known.
  std::uint64_t total() const { return total_; }

  /// What messages call the input.
  const std::string& name() const { return reader_.name(); }

private:
  LineReader reader_;
  BatchLineReader lines_;
  boost::system::result<Instant, LineMistake> found_{LineMistake{}};
  bool is_validated_ = false;
  std::uint64_t total_ = 0;
};

} // namespace metrics_event
