#pragma once

#include "event/type.hpp"
#include "loki/entry.hpp"

#include <string>

namespace metrics_event {

/// The LogQL queries that read an event's fields back from the streams with these labels, a query a
/// line, each ready to be run: the events themselves, how many there are, and field by field how
/// often each text is there, or what the numbers come to. Comments begin with `#`.
std::string logql(const EventType& type, const Labels& labels);

} // namespace metrics_event
