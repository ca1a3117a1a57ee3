#pragma once

#include "base/value.hpp"
#include "event/known_types.hpp"
#include "event/shape.hpp"
#include "json/reader.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <utility>

namespace metrics_event {

/// The reason why a line is no event, and the place: the first byte of a line is column 1.
struct LineMistake {
  std::size_t column = 1;
  std::string text;
};

/// Reads events that come a line each, a JSON object: its member `event` is the name of a known
/// type, by which it is validated, or any other.
class BatchLineReader {
public:
  explicit BatchLineReader(const EventTypes& types) : types_{types} {}

  /// Reads the event of one line and returns its timestamp, which is `now` unless it has one.
  boost::system::result<Instant, LineMistake> read(std::string_view text, Instant now);

  /// The line of the event that was read last; it lives until the next one is read.
  const std::string& line() const { return line_; }

private:
  // A name as lines have it, and the type that it stands for.
  struct Known {
    Known(std::string_view as_given, std::string in_snake_case, const EventType* declared)
        : json{as_given}, name{std::move(in_snake_case)}, type{declared == nullptr
                                                                   ? EventType{.name = name}
                                                                   : *declared} {}
    Known(const Known&) = delete;
    Known& operator=(const Known&) = delete;

    std::string json; // the name, as a line has it
    std::string name;
    EventType type;
    EventShape shape{type};
  };

  const Known* find(std::string_view json);

  const EventTypes& types_;
  std::list<Known> known_; // the last one first
  JsonReader object_;
  std::string line_;
};

} // namespace metrics_event
