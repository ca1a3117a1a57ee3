#pragma once

#include "base/time.hpp"

#include <boost/system/error_code.hpp>

#include <string>
#include <utility>

struct x509_store_ctx_st;

namespace metrics_event {

/// Observes how OpenSSL verifies the receiver's certificate chain, and keeps a description of the
/// first fault.
class Verification {
public:
  /// Expects a certificate that was issued for `host`.
  explicit Verification(std::string host) : host_{std::move(host)} {}

  /// Records a fault that OpenSSL's verify callback reports, if it is the first. Returns `is_good`
  /// unchanged, so that it never alters the verdict.
  bool note(bool is_good, x509_store_ctx_st* state);

  /// Describes the first fault and its remedy; empty when there is none.
  const std::string& message() const { return message_; }

  /// The time by which the authorities that are needed must be read.
  Deadline deadline() const { return deadline_; }
  void set_deadline(Deadline deadline) { deadline_ = deadline; }

  /// Sets the reason why authorities of the system are missing, which the message about an unknown
  /// authority then gives as the cause.
  void set_trouble_of_authorities(std::string trouble) { trouble_ = std::move(trouble); }

private:
  std::string host_;
  Deadline deadline_ = Deadline::max();
  std::string trouble_; // of the authorities
  std::string message_;
};

/// Returns true when an error of OpenSSL is the receiver's alert that it rejects our certificate,
/// or that it wants one. With TLS 1.3 the alert may arrive after we have begun to send (RFC 8446,
/// section 4.4.2.4), and the receiver has read nothing of the request.
bool is_about_our_certificate(const boost::system::error_code& error);

/// Says why TLS failed, with a remedy, given an error of OpenSSL as Asio reports it.
/// `has_certificate` is true when we have a client certificate to show; without one, an alert about
/// it means that the receiver requires one.
std::string tls_message(const boost::system::error_code& error, bool has_certificate);

} // namespace metrics_event
