#pragma once

#include "loki/transport.hpp"
#include "system/clock.hpp"
#include "system/console.hpp"

namespace metrics_event {

/// The services a command uses: the network, the clock with its random numbers, and the standard
/// streams.
struct Context {
  Transport transport;
  Clock& clock;
  Console console;
};

} // namespace metrics_event
