#pragma once

#include "loki/transport.hpp"

#include <string>
#include <string_view>

struct x509_st;

namespace metrics_event {

/// Returns the subject, the issuer and the expiry time of a certificate. Its texts are safe to
/// print on a terminal.
Certificate certificate_of(x509_st* certificate);

/// Returns the host names and addresses that the certificate was issued for, at most five, such as
/// `a.example.com, 192.0.2.1`. A certificate that lists none yields the name of its subject.
std::string names_of(x509_st* certificate);

/// Returns the place, in words, where a certificate has an address in the form of a host name: `a
/// DNS name` or `its common name`. The result is empty when it is in neither.
std::string_view place_of_address(x509_st* certificate, const std::string& address);

/// Returns the time from which the certificate is valid.
std::chrono::sys_seconds start_of(x509_st* certificate);

} // namespace metrics_event
