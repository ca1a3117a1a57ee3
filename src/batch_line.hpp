#pragma once

#include "event.hpp"
#include "event_types.hpp"
#include "value.hpp"

#include <boost/system/result.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace metrics_event {

/// Why a line is no event, and where in it: its first byte is column 1.
struct LineMistake {
  std::size_t column = 1;
  std::string text;
};

/// The event of one line, a JSON object: its member `event` is the name of a known type, by which
/// it is validated, or any other; `now` is its timestamp unless it has one.
boost::system::result<Event, LineMistake> read_batch_line(std::string_view line,
                                                          const EventTypes& types, Instant now);

/// Gives entries of the same time different ones, in their order: each one nanosecond more than the
/// one before. The same input gets the same times each time. So that memory has a bound, an entry
/// is told from the 10 000 before it only.
class DistinctTimes {
public:
  /// The entry time of an event that has this one.
  Instant next(Instant own);

private:
  struct Given {
    Instant own;
    Instant time;
  };

  std::map<Instant, Instant> last_; // given for a time
  std::set<Instant> given_;
  std::deque<Given> order_;
};

} // namespace metrics_event
