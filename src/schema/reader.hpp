#pragma once

#include "event/type.hpp"
#include "schema/value.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <span>
#include <string_view>

namespace metrics_event {

/// The names that belong to the settings.
struct TakenNames {
  std::span<const std::string_view> flags{}; // without dashes
  /// Returns whether an environment variable belongs to a setting.
  bool (*is_variable)(std::string_view name) = [](std::string_view) { return false; };
};

/// Returns the event type that a JSON Schema declares, or the first mistake, which is safe to show.
/// metrics-event-schema(5) describes the supported subset of JSON Schema. The event type owns all
/// data that it refers to. `name` is in snake_case; `origin` names the file of the schema. A field
/// whose flag is taken has no flag; one that names a variable of a setting is a mistake.
boost::system::result<std::shared_ptr<const EventType>, SchemaMistake>
read_event_schema(std::string_view json, std::string_view name, std::string_view origin,
                  const TakenNames& taken = {});

} // namespace metrics_event
