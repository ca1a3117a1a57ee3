#pragma once

#include "loki/transport.hpp"
#include "system/clock.hpp"
#include "system/console.hpp"

namespace metrics_event {

/// The surroundings that a command works in: the network, time and chance, the standard streams.
struct Context {
  Transport transport;
  Clock& clock;
  Console console;
};

} // namespace metrics_event
