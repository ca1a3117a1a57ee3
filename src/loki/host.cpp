#include "loki/host.hpp"

#include "base/text.hpp"
#include "base/value.hpp"

#include <boost/url/ipv4_address.hpp>
#include <boost/url/ipv6_address.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace metrics_event {
namespace {

std::string_view without_final_dot(std::string_view host) {
  return host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
}

bool is_name_or_below(std::string_view host, std::string_view name) {
  const std::string given = lower_case(without_final_dot(host));
  const std::string wanted = lower_case(without_final_dot(name));
  return !wanted.empty() && given.ends_with(wanted) &&
         (given.size() == wanted.size() || given[given.size() - wanted.size() - 1] == '.');
}

bool same_bits(const std::vector<std::uint8_t>& one, const std::vector<std::uint8_t>& other,
               std::size_t bits) {
  for (std::size_t i = 0; i < bits; ++i) {
    const unsigned mask = 0x80U >> i % 8;
    if ((one[i / 8] & mask) != (other[i / 8] & mask)) {
      return false;
    }
  }
  return true;
}

// Compares a host with one entry of the list, from which the port was removed.
bool matches(std::string_view entry, std::string_view host) {
  const std::vector<std::uint8_t> address = address_bytes(host);
  if (address.empty()) {
    const std::size_t prefix = entry.starts_with("*.") ? 2 : entry.starts_with('.') ? 1 : 0;
    return is_name_or_below(host, entry.substr(prefix));
  }
  const std::size_t slash = std::min(entry.find('/'), entry.size());
  const std::vector<std::uint8_t> network = address_bytes(entry.substr(0, slash));
  if (network.size() != address.size()) {
    return false;
  }
  const std::size_t all_bits = address.size() * 8;
  const auto bits = slash == entry.size() ? Parsed<std::uint64_t>{all_bits}
                                          : parse_count(entry.substr(slash + 1), 0, all_bits);
  return bits && same_bits(address, network, *bits);
}

// Removes `:port` and the brackets of an IPv6 literal from an entry and returns the port, or
// `otherwise` when there is none. Returns nothing when the port is not valid. A text with several
// colons and no brackets is an IPv6 literal without a port.
std::optional<std::uint64_t> take_port(std::string_view& entry, std::uint16_t otherwise) {
  std::string_view port;
  if (const std::size_t bracket = entry.find(']');
      entry.starts_with('[') && bracket != entry.npos) {
    port = entry.substr(bracket + 1);
    entry = entry.substr(1, bracket - 1);
  } else if (const std::size_t colon = entry.find(':');
             colon != entry.npos && colon == entry.rfind(':')) {
    port = entry.substr(colon);
    entry = entry.substr(0, colon);
  }
  if (port.empty()) {
    return otherwise;
  }
  const auto number = parse_count(port.substr(1), 1, 65535);
  return port[0] == ':' && number ? std::optional{*number} : std::nullopt;
}

// Removes the first entry from a list and returns it; empty at the end.
std::string_view take_entry(std::string_view& list) {
  constexpr std::string_view separators = ", \t\r\n";
  list.remove_prefix(std::min(list.find_first_not_of(separators), list.size()));
  const std::string_view entry = list.substr(0, list.find_first_of(separators));
  list.remove_prefix(entry.size());
  return entry;
}

} // namespace

std::vector<std::uint8_t> address_bytes(std::string_view host) {
  const boost::core::string_view text{host.data(), host.size()};
  if (const auto v4 = boost::urls::parse_ipv4_address(text)) {
    const auto bytes = v4->to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  if (const auto v6 = boost::urls::parse_ipv6_address(text)) {
    const auto bytes = v6->to_bytes();
    return {bytes.begin(), bytes.end()};
  }
  return {};
}

bool is_localhost(std::string_view host) {
  return is_name_or_below(host, "localhost");
}

bool is_loopback(std::string_view host) {
  std::vector<std::uint8_t> address = address_bytes(host);
  constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (address.size() == 16 && std::equal(mapped.begin(), mapped.end(), address.begin())) {
    address.erase(address.begin(), address.begin() + mapped.size());
  }
  return address.empty()       ? is_localhost(host)
         : address.size() == 4 ? address[0] == 127
                               : address == address_bytes("::1");
}

std::string bracketed(const std::string& host) {
  return host.find(':') == std::string::npos ? host : '[' + host + ']';
}

bool is_listed(std::string_view list, std::string_view host, std::uint16_t port) {
  for (std::string_view entry = take_entry(list); !entry.empty(); entry = take_entry(list)) {
    if (entry == "*" || (take_port(entry, port) == port && matches(entry, host))) {
      return true;
    }
  }
  return false;
}

std::string_view first_wildcard(std::string_view list) {
  std::string_view entry = take_entry(list);
  while (!entry.empty() && !entry.starts_with("*.")) {
    entry = take_entry(list);
  }
  return entry;
}

} // namespace metrics_event
