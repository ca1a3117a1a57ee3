#pragma once

#include "base/time.hpp"
#include "event/event.hpp"
#include "event/from_arguments.hpp"

#include <boost/system/result.hpp>

#include <optional>

namespace metrics_event {

/// Builds the event of the command line, after reading the files that it names; a pipe among them
/// is waited for until the deadline. The parser of the command line has checked the names of fields
/// already, because a mistake in them must keep COMMAND from running. They are checked here once
/// more together with the values, which are known only now. The text of a mistake ends in advice.
/// Throws Failure (noinput) when a file cannot be read.
boost::system::result<Event, EventMistake> read_event(EventArguments command,
                                                      const std::optional<Measurement>& measurement,
                                                      Instant now, Deadline deadline);

} // namespace metrics_event
