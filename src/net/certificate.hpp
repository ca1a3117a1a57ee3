#pragma once

#include "loki/transport.hpp"

#include <string>

struct x509_st;

namespace metrics_event {

/// What a certificate says, its texts safe for a terminal.
Certificate certificate_of(x509_st* certificate);

/// The names and addresses that it was issued for, at most five: `a.example.com, 192.0.2.1`.
std::string names_of(x509_st* certificate);

/// The first moment of its validity.
std::chrono::sys_seconds start_of(x509_st* certificate);

} // namespace metrics_event
