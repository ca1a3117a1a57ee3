#include "commands/batch_input.hpp"

#include "base/encoding.hpp"
#include "base/exit_code.hpp"
#include "json/string.hpp"
#include "json/writer.hpp"
#include "loki/push.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

// Returns the form of an input that begins like the JSON of other programs: an array, or one object
// over several lines. A line of a log may begin with a bracket as well, but not with these.
std::optional<ForeignForm> form_of_json(std::string_view line) {
  std::string_view rest = line;
  const auto skip_space = [&rest] {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\r"), rest.size()));
  };
  skip_space();
  const bool is_array = take(rest, '[');
  skip_space();
  if (is_array && (rest.empty() || rest.starts_with('{'))) {
    return ForeignForm{"a JSON array", "jq -c '.[]'"};
  }
  if (!is_array && take(rest, '{')) {
    skip_space();
    return rest.empty()
               ? std::optional{ForeignForm{"a JSON object that spans several lines", "jq -c ."}}
               : std::nullopt;
  }
  return std::nullopt;
}

// Returns whether the line of an event leaves room in a push for its labels and metadata.
bool fits_a_push(std::string_view line) {
  constexpr std::size_t room = largest_push - 64UL * 1024;
  constexpr std::size_t most_a_byte = 6; // bytes that JSON needs to escape one byte
  return line.size() < room / most_a_byte || json_string_bound(line) <= room ||
         json_string(line).size() <= room;
}

} // namespace

BatchInput::BatchInput(const std::string& path, char end_of_line, const EventTypes& types)
    : reader_{path, end_of_line, largest_push}, lines_{types}, end_of_line_{end_of_line} {}

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
      check_form();
      // A mark also begins a later line when files have been joined.
      const std::string_view line = without_byte_order_mark(reader_.line());
      if (line.find_first_not_of(" \t\r\n") == std::string_view::npos) {
        continue;
      }
      found_ = lines_.read(line, now);
      if (found_ && !fits_a_push(lines_.line())) {
        found_ = LineMistake{1, "the event is too long for a push, which has at most " +
                                    std::to_string(largest_push) + " bytes; make it shorter"};
      }
      note_missing_end();
      return found_ ? Step::event : Step::mistake;
    }
    case LineReader::Step::too_long:
      found_ = LineMistake{1, "the line is longer than " + std::to_string(largest_push) + " bytes"};
      note_missing_end();
      return Step::mistake;
    case LineReader::Step::idle: return Step::idle;
    case LineReader::Step::end:
      if (last_) { // otherwise the missing lines would pass for sent
        throw Failure{ExitCode::ioerr,
                      name() + " has become shorter; it had " + std::to_string(*last_) + " lines"};
      }
      return Step::end;
    }
  }
  return Step::end;
}

// Throws Failure (data) when the first line shows that another program must convert the input.
void BatchInput::check_form() const {
  if (number() != 1) {
    return;
  }
  const auto foreign = foreign_form(reader_.line());
  if (const auto form = foreign ? foreign : form_of_json(reader_.line())) {
    throw Failure{ExitCode::data, name() + ":1:1: the input is " + std::string{form->name} +
                                      (foreign ? "" : ", but one object per line is expected") +
                                      "; send it with " + std::string{form->decoder} +
                                      " FILE | metrics-event batch"};
  }
}

// Adds to a mistake in the last line that the line may not have been written to its end.
void BatchInput::note_missing_end() {
  if (!found_ && !is_terminated()) {
    const std::string end = end_of_line_ == '\0' ? "NUL" : "newline";
    found_ =
        LineMistake{mistake().column, mistake().text + "; it is the last line and has no " + end +
                                          " at its end, so it may be unfinished and is "
                                          "left out"};
  }
}

} // namespace metrics_event
