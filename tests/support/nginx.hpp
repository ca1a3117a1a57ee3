#pragma once

#include "certificates.hpp"
#include "server_program.hpp"
#include "temporary.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace metrics_event::testing {

/// What an Nginx serves.
struct NginxOptions {
  std::string server{};                  ///< the inside of the `server` block, without `listen`
  std::string http{};                    ///< what it needs in the `http` block
  std::optional<CertificateFiles> tls{}; ///< with them the port speaks TLS, and nothing else
  Place place{};
};

/// A real nginx in one process, with nothing of the system's configuration. It speaks TLS 1.2 and
/// 1.3 where the `server` block does not say otherwise.
class Nginx {
public:
  /// Whether this machine has the program.
  static bool installed();

  /// Starts it; throws std::runtime_error with its log when it does not start.
  explicit Nginx(const NginxOptions& options);

  std::uint16_t port() const { return program_.port(); }

  /// The requests that it has answered, a line each, such as `"GET / HTTP/1.1" status=204
  /// authorization="-" tenant="-" tls="TLSv1.3" name="localhost" client="CN=me"`; `-` is none.
  std::string access_log() const { return read_file(program_.path("access.log")); }

  /// The next line of the access log, without the newline. It is written after the response: throws
  /// std::runtime_error when none comes in time.
  std::string await_log_line(std::chrono::milliseconds limit);

  /// What went wrong, with clients too: a failed TLS handshake is nowhere else.
  std::string error_log() const { return read_file(program_.path("error.log")); }

private:
  ServerProgram program_;
  std::size_t read_ = 0; ///< how much of the access log await_log_line() has returned
};

} // namespace metrics_event::testing
