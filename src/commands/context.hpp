#pragma once

#include "loki/transport.hpp"
#include "system/clock.hpp"
#include "system/console.hpp"

namespace metrics_event {

/// What a command works with.
struct Context {
  Transport transport;
  Clock& clock;
  Console console;
};

using Means = Context; // until the commands say so

} // namespace metrics_event
