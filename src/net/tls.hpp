#pragma once

#include "base/owned.hpp"
#include "base/time.hpp"
#include "loki/secret.hpp"
#include "loki/transport.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;

namespace metrics_event {

/// The settings of TLS; certificates and keys are PEM texts, not paths.
struct TlsOptions {
  /// The authorities to trust. None means those of the system, which the environment variables
  /// SSL_CERT_FILE and SSL_CERT_DIR replace.
  std::optional<std::string> authorities;
  std::optional<std::string> certificate; // the client's, followed by its chain
  std::optional<Secret> key;              // belongs to that certificate
  bool verify = true;
};

/// Names the setting that cannot be used, and says why.
struct BadTlsOption {
  std::string_view setting;
  std::string reason;
};

/// Makes the context of a TLS client that accepts TLS 1.2 or newer, or says which option cannot be
/// used. No other function initialises OpenSSL. Throws std::bad_alloc, and Failure (tempfail) when
/// the files that OpenSSL's variables name cannot be read by the deadline or before a signal is
/// noted.
boost::system::result<std::shared_ptr<const TlsContext>, BadTlsOption>
make_tls_context(const TlsOptions& options, Deadline deadline);

void free_tls_client(ssl_st* client);

/// The TLS state of one connection. The deleter is declared here to keep OpenSSL's headers out of
/// this one.
using TlsClient = Owned<ssl_st, free_tls_client>;

/// Makes the state of one connection to `host`, for which the certificate must have been issued. A
/// host name is also sent to the server (SNI); an address is not. The application data of the
/// result must be set to a Verification before the handshake. Throws std::invalid_argument when no
/// certificate can be issued for `host`.
TlsClient new_tls_client(const TlsContext& context, const std::string& host);

} // namespace metrics_event
