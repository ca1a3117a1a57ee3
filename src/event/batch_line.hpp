#pragma once

#include "base/time.hpp"
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

/// The reason why a line is not a valid event, and the column of the mistake: the first byte of the
/// line is column 1.
struct LineMistake {
  std::size_t column = 1;
  std::string text;
};

/// Reads the lines of a batch. Each is a JSON object whose member `event` names the event; when a
/// type of that name is known, the event is validated by it.
class BatchLineReader {
public:
  explicit BatchLineReader(const EventTypes& types) : types_{types} {}

  /// Reads the event of one line and returns its timestamp, which is `now` when the line has none.
  boost::system::result<Instant, LineMistake> read(std::string_view text, Instant now);

  /// Returns the compact line of the event that was read last. It is valid until the next `read`.
  const std::string& line() const { return line_; }

private:
  // The name of an event as lines spell it, and the type that it stands for.
  struct Known {
    Known(std::string_view as_given, std::string in_snake_case, const EventType* declared)
        : json{as_given}, name{std::move(in_snake_case)}, type{declared == nullptr
                                                                   ? EventType{.name = name}
                                                                   : *declared} {}
    Known(const Known&) = delete;
    Known& operator=(const Known&) = delete;

    std::string json; // the name as JSON text
    std::string name;
    EventType type;
    EventShape shape{type};
  };

  const Known* find(std::string_view json);

  const EventTypes& types_;
  std::list<Known> known_; // the most recently used one first
  JsonReader object_;
  std::string line_;
};

} // namespace metrics_event
