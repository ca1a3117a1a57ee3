#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Returns the bytes of an address literal in network order: 4 for IPv4, 16 for IPv6 (written
/// without brackets), and none for a host name.
std::vector<std::uint8_t> address_bytes(std::string_view host);

/// Returns true for `localhost` and the names below it, which always mean this machine (RFC 6761,
/// section 6.3).
bool is_localhost(std::string_view host);

/// Returns true when the host is this machine, judged by the text alone, without a lookup:
/// localhost, 127.0.0.0/8 (also as an IPv4-mapped address) or ::1.
bool is_loopback(std::string_view host);

/// Returns the host in the form that precedes a port: an IPv6 literal gets brackets (RFC 3986,
/// section 3.2.2).
std::string bracketed(const std::string& host);

/// Returns true when a `no_proxy` list in curl's format contains the host. Commas, spaces or line
/// breaks separate the entries. An entry is a name, which includes all names below it (a leading
/// dot changes nothing), an address, or a network such as 10.0.0.0/8. An entry that ends in `:port`
/// matches that port only. The entry `*` matches every host. `*.NAME`, which curl does not know but
/// other programs do, counts as `.NAME`.
bool is_listed(std::string_view list, std::string_view host, std::uint16_t port);

/// Returns the first entry of such a list in the form `*.NAME`; empty when there is none.
std::string_view first_wildcard(std::string_view list);

} // namespace metrics_event
