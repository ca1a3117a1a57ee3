#pragma once

#include <boost/system/error_code.hpp>

#include <string>
#include <utility>

struct x509_store_ctx_st;

namespace metrics_event {

/// Watches OpenSSL verify the receiver's chain of certificates, and keeps the first thing that is
/// wrong with it.
class Verification {
public:
  /// `host` is what the certificate must have been issued for.
  explicit Verification(std::string host) : host_{std::move(host)} {}

  /// OpenSSL's verify callback, and its result.
  bool note(bool is_good, x509_store_ctx_st* state);

  /// What is wrong and what mends it; empty when nothing is.
  const std::string& words() const { return words_; }

private:
  std::string host_;
  std::string words_;
};

/// Why TLS failed, in words with a remedy, from an error of OpenSSL as Asio gives it.
/// `has_certificate`: whether we have shown the receiver one.
std::string tls_words(const boost::system::error_code& error, bool has_certificate);

} // namespace metrics_event
