#include "loki/header.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

// Checks the syntax of a token (RFC 9110, section 5.6.2).
bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return is_letter_or_digit(c) ||
           std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
  });
}

bool is_printable(std::string_view value) {
  return std::ranges::all_of(value, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
}

// A header name, in lower case, that the user may not set, and what the message expects instead.
struct Reserved {
  std::string_view name;
  std::string_view remedy;
};

constexpr std::string_view fixed = "a header that metrics-event does not set itself";

constexpr std::array reserved{
    Reserved{"host", fixed},
    Reserved{"content-type", fixed},
    Reserved{"content-length", fixed},
    Reserved{"content-encoding", fixed},
    Reserved{"transfer-encoding", fixed},
    Reserved{"connection", fixed},
    Reserved{"expect", fixed},
    Reserved{"user-agent", fixed},
    Reserved{"x-scope-orgid", "a header other than that of the tenant, which org-id sets"},
    Reserved{"authorization", "a header without credentials"},
    Reserved{"proxy-authorization", "a header without credentials"},
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

} // namespace

Parsed<Headers::value_type> parse_header(std::string_view text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  const std::string_view name = text.substr(0, colon);
  // Messages show no part of the text that may be a key: neither the value nor, unless it is one
  // that is known, the name, as which the beginning of a key with a colon would count.
  if (colon == text.size()) {
    return Mismatch::saying("expected NAME: VALUE, got no colon");
  }
  if (!is_token(name)) {
    return Mismatch::saying(
        "expected NAME: VALUE, got characters that the name of a header cannot have");
  }
  const std::string_view value = trimmed(text.substr(colon + 1));
  if (!is_printable(value)) {
    return Mismatch::saying("expected a header value in printable ASCII");
  }
  const auto* const taken = std::ranges::find(reserved, lower_case(name), &Reserved::name);
  if (taken != reserved.end()) {
    return Mismatch{taken->remedy, name};
  }
  return std::pair{std::string{name}, std::string{value}};
}

// Loki's rules for tenant IDs leave only characters that are safe in a header.
Parsed<std::string> parse_tenant(std::string_view text) {
  const auto allowed = [](char c) {
    return is_letter_or_digit(c) ||
           std::string_view{"!-_.*'():|"}.find(c) != std::string_view::npos;
  };
  if (text.empty() || text.size() > 150 || !std::ranges::all_of(text, allowed)) {
    // A message never shows the text, as which a URL with a password may be given by mistake.
    return Mismatch::saying("expected a tenant of at most 150 letters, digits and !-_.*'():|");
  }
  return std::string{text};
}

} // namespace metrics_event
