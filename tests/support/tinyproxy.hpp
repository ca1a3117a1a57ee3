#pragma once

#include "server_program.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace metrics_event::testing {

/// What a TinyProxy allows.
struct TinyProxyOptions {
  std::string user{}; ///< with a password, which it then demands; none: it serves everybody
  std::string password{};
  std::vector<std::uint16_t> connect_ports{}; ///< for CONNECT; none: all of them
  Place place{};
};

/// A real tinyproxy: an HTTP proxy for requests in absolute form, and for CONNECT.
class TinyProxy {
public:
  /// Whether this machine has the program.
  static bool installed();

  /// Starts it; throws std::runtime_error with its log when it does not start.
  explicit TinyProxy(const TinyProxyOptions& options);

  std::uint16_t port() const { return program_.port(); }

  /// All that it has logged, at its level `Info`: a request is here before it is answered.
  std::string log() const { return read_file(program_.path("tinyproxy.log")); }

private:
  ServerProgram program_;
};

} // namespace metrics_event::testing
