#include "commands/batch_input.hpp"

#include "base/exit_code.hpp"
#include "json/writer.hpp"
#include "loki/push.hpp"

namespace metrics_event {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF"; // some editors write it first

// Returns whether the line of an event leaves room in a push for its labels and metadata.
bool fits_a_push(std::string_view line) {
  constexpr std::size_t room = largest_push - 64UL * 1024;
  constexpr std::size_t most_a_byte = 6; // bytes that JSON needs to escape one byte
  return line.size() < room / most_a_byte || json_string_bound(line) <= room ||
         json_string(line).size() <= room;
}

} // namespace

BatchInput::BatchInput(const std::string& path, char end_of_line, const EventTypes& types)
    : reader_{path, end_of_line, largest_push}, lines_{types} {}

bool BatchInput::validate(Instant now, const std::function<void()>& on_mistake) {
  Step step{};
  while ((step = next(Deadline::max(), now)) != Step::end) {
    if (step == Step::idle) {
      return false;
    }
    if (step == Step::mistake) {
      on_mistake();
    }
  }
  total_ = number();
  last_ = total_;
  reader_.rewind();
  return true;
}

BatchInput::Step BatchInput::next(Deadline deadline, Instant now) {
  while (!last_ || number() < *last_) {
    switch (reader_.next(deadline)) {
    case LineReader::Step::line: {
      std::string_view line = reader_.line();
      if (number() == 1 && line.starts_with(byte_order_mark)) {
        line.remove_prefix(byte_order_mark.size());
      }
      if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        continue;
      }
      found_ = lines_.read(line, now);
      if (found_ && !fits_a_push(lines_.line())) {
        found_ = LineMistake{1, "the event is too long for a push, which has at most " +
                                    std::to_string(largest_push) + " bytes, make it shorter"};
      }
      return found_ ? Step::event : Step::mistake;
    }
    case LineReader::Step::too_long:
      found_ = LineMistake{1, "the line is longer than " + std::to_string(largest_push) + " bytes"};
      return Step::mistake;
    case LineReader::Step::idle: return Step::idle;
    case LineReader::Step::end:
      if (last_) { // otherwise the missing lines would pass for sent
        throw Failure{ExitCode::ioerr,
                      name() + " has become shorter, it had " + std::to_string(*last_) + " lines"};
      }
      return Step::end;
    }
  }
  return Step::end;
}

} // namespace metrics_event
