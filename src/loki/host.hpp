#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The bytes of an address literal, 4 of IPv4 or 16 of IPv6 without brackets; none of a name.
std::vector<std::uint8_t> address_bytes(std::string_view host);

/// Whether a host is `localhost` or below it, which is always this machine (RFC 6761, section 6.3).
bool is_localhost(std::string_view host);

/// Whether a host, by its name alone, is this machine: localhost, 127.0.0.0/8 (also as an
/// IPv4-mapped address) or ::1.
bool is_loopback(std::string_view host);

/// A host as it stands before a port: an IPv6 literal in brackets.
std::string bracketed(const std::string& host);

/// Whether curl's `no_proxy` list has the host: entries with commas or spaces between them, each a
/// name that also stands for all below it (a leading dot changes nothing), an address, or a network
/// such as 10.0.0.0/8; each may end in `:port`, which must then be the same. `*` has every host.
bool is_listed(std::string_view list, std::string_view host, std::uint16_t port);

} // namespace metrics_event
