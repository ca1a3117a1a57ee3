#pragma once

#include "event/type.hpp"
#include "schema/value.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace metrics_event {

/// The event type that a JSON Schema (draft 2020-12, as far as metrics-event-schema(5) has it)
/// declares, which owns all that it refers to. `name` is in snake_case; `origin` is the file that
/// the schema is from. No field can have one of the `taken_flags`, which are without dashes. A
/// mistake is safe to show.
boost::system::result<std::shared_ptr<const EventType>, SchemaMistake>
read_event_schema(std::string_view json, std::string_view name, std::string_view origin,
                  std::span<const std::string_view> taken_flags = {});

} // namespace metrics_event
