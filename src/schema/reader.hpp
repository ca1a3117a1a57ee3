#pragma once

#include "event/type.hpp"
#include "schema/value.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace metrics_event {

/// Returns the event type that a JSON Schema declares, or the first mistake, which is safe to show.
/// metrics-event-schema(5) describes the supported subset of JSON Schema. The event type owns all
/// data that it refers to. `name` is in snake_case; `origin` names the file of the schema. A field
/// whose flag is one of `taken_flags` (without dashes) is a mistake.
boost::system::result<std::shared_ptr<const EventType>, SchemaMistake>
read_event_schema(std::string_view json, std::string_view name, std::string_view origin,
                  std::span<const std::string_view> taken_flags = {});

} // namespace metrics_event
