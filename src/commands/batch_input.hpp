#pragma once

#include "event/batch_line.hpp"
#include "event/known_types.hpp"
#include "system/line_reader.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace metrics_event {

/// Reads events from a file or from standard input, one per line. Blank lines are skipped, and so
/// is a byte order mark before a line.
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
  /// Lines appended after that are not read, as after `limit`. Returns false when a signal
  /// interrupted it. Throws Failure as `next` does.
  bool validate(Instant now, const std::function<void()>& on_mistake);

  /// Goes to a line of a regular file, as LineReader does.
  void resume(std::uint64_t offset, std::uint64_t number) { reader_.resume(offset, number); }

  /// Makes `last` the last line that `next` reads; the file must have it. nullopt ends the limit.
  void limit(std::optional<std::uint64_t> last) { last_ = last; }

  /// Reads up to the next event or mistake; `now` is the timestamp of an event that gives none.
  /// Throws Failure: ioerr when reading fails, or when the file has become shorter than its limit;
  /// data when the input has another form, such as that of a compressed file or a JSON array.
  Step next(Deadline deadline, Instant now);

  /// These return the line and the timestamp of the event found last; they are valid until the next
  /// call of `next`.
  std::string_view line() const { return lines_.line(); }
  Instant timestamp() const { return *found_; }

  /// Returns the mistake found last; valid only after Step::mistake.
  LineMistake mistake() const { return found_.error(); }

  /// Returns the number of the line read last, counted from 1.
  std::uint64_t number() const { return reader_.number(); }

  /// These describe the line read last, as in LineReader: whether it has its end, and where in a
  /// regular file it begins and ends.
  bool is_terminated() const { return reader_.is_terminated(); }
  std::uint64_t begin() const { return reader_.begin(); }
  std::uint64_t end() const { return reader_.end(); }

  /// Returns the descriptor of the input.
  int descriptor() const { return reader_.descriptor(); }

  /// Returns the number of lines that `validate` counted; 0 means that it is unknown.
  std::uint64_t total() const { return total_; }

  /// Returns the name of the input in messages.
  const std::string& name() const { return reader_.name(); }

private:
  void check_form() const;
  void note_missing_end();

  LineReader reader_;
  BatchLineReader lines_;
  char end_of_line_;
  boost::system::result<Instant, LineMistake> found_{LineMistake{}};
  std::optional<std::uint64_t> last_; // the number of the last line to read
  std::uint64_t total_ = 0;
};

} // namespace metrics_event
