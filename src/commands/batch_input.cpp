#include "commands/batch_input.hpp"

#include "base/exit_code.hpp"
#include "loki/push.hpp"

namespace metrics_event {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF"; // some editors begin files with it

} // namespace

BatchInput::BatchInput(const std::string& path, char end_of_line, const EventTypes& types)
    : reader_{path, end_of_line, largest_push}, events_{types} {}

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
  is_validated_ = true;
  reader_.rewind();
  return true;
}

BatchInput::Step BatchInput::next(Deadline deadline, Instant now) {
  while (!is_validated_ || number() < total_) {
    switch (reader_.next(deadline)) {
    case LineReader::Step::line: {
      std::string_view line = reader_.line();
      if (number() == 1 && line.starts_with(byte_order_mark)) {
        line.remove_prefix(byte_order_mark.size());
      }
      if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        continue;
      }
      found_ = events_.read(line, now);
      return found_ ? Step::event : Step::mistake;
    }
    case LineReader::Step::too_long:
      found_ = LineMistake{1, "the line is longer than " + std::to_string(largest_push) + " bytes"};
      return Step::mistake;
    case LineReader::Step::idle: return Step::idle;
    case LineReader::Step::end:
      if (is_validated_) { // or what is missing would pass for sent
        throw Failure{ExitCode::ioerr,
                      name() + " has become shorter, it had " + std::to_string(total_) + " lines"};
      }
      return Step::end;
    }
  }
  return Step::end;
}

} // namespace metrics_event
