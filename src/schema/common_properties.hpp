#pragma once

#include "event/type.hpp"
#include "schema/schema_file.hpp"

#include <string_view>

namespace metrics_event {

// Every event has the properties `timestamp` and `event`, which are not fields of its type. These
// functions check the fields that a schema would declare for them.

/// Throws SchemaMistake unless a number of UNIX seconds can be a timestamp as it is declared.
void check_timestamp(const Schema& schema, const Field& field);

/// Returns true when every time can be a timestamp as it is declared.
bool is_any_time(const Field& field);

/// Throws SchemaMistake unless `event` may be `name`, which the event has from its file.
void check_event_name(const Schema& schema, const Field& field, std::string_view name);

} // namespace metrics_event
