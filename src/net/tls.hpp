#pragma once

#include "base/owned.hpp"
#include "loki/secret.hpp"
#include "loki/transport.hpp"

#include <boost/system/result.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_st;

namespace metrics_event {

/// What TLS is to use, as PEM texts.
struct TlsOptions {
  /// To trust. None: the system's, which the variables SSL_CERT_FILE and SSL_CERT_DIR replace.
  std::optional<std::string> authorities;
  std::optional<std::string> certificate; // of the client, followed by its chain
  std::optional<Secret> key;              // of that certificate
  bool verify = true;
};

/// Which of the options is bad, by the name of its setting, and why.
struct BadTlsOption {
  std::string_view setting;
  std::string reason;
};

/// The client side of TLS 1.2 or newer. The one place where OpenSSL is initialised.
boost::system::result<std::shared_ptr<const TlsContext>, BadTlsOption>
make_tls_context(const TlsOptions& options);

void free_tls_client(ssl_st* client);

/// The state of one connection. OpenSSL's own function stays out of this header.
using TlsClient = Owned<ssl_st, free_tls_client>;

/// Makes the state of one connection to `host`, which the certificate must be issued for; it is
/// named to the other side unless it is an address.
TlsClient new_tls_client(const TlsContext& context, const std::string& host);

} // namespace metrics_event
