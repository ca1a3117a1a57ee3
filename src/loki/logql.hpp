#pragma once

#include "event/type.hpp"
#include "loki/entry.hpp"

#include <string>

namespace metrics_event {

/// Returns the stream selector of LogQL that matches exactly these labels and any others:
/// `{env="ci", job="metrics"}`.
std::string stream_selector(const Labels& labels);

/// Returns LogQL queries for one type of event in the streams with these labels, one query a line,
/// each ready to run. They return the events, the number of events, and for each field either the
/// count of each text or the average and the 95th percentile of the numbers. Lines that begin with
/// `#` are comments.
std::string logql(const EventType& type, const Labels& labels);

} // namespace metrics_event
