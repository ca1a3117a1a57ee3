#include "settings/specifiers.hpp"

namespace metrics_event {
namespace {

// Returns what a specifier that `check_specifiers` accepts stands for.
Parsed<std::string> meaning_of(char specifier, const HostIdentity& host) {
  if (specifier == '%') {
    return std::string{'%'};
  }
  const bool is_name = specifier == 'H';
  auto meaning = is_name ? host.name() : host.machine_id();
  return meaning ? std::move(meaning)
                 : Mismatch::saying("cannot expand %" + std::string{specifier} + ": " +
                                    meaning.error().text +
                                    (is_name ? "; set a host name with hostnamectl"
                                             : "; run systemd-machine-id-setup, or use %H"));
}

} // namespace

std::optional<Mismatch> check_specifiers(std::string_view value) {
  for (std::size_t at = 0; (at = value.find('%', at)) != value.npos; at += 2) {
    const std::string_view specifier = value.substr(at, 2);
    if (specifier != "%H" && specifier != "%m" && specifier != "%%") {
      return Mismatch{"%H for the host name, %m for the machine id, or %% for a percent sign",
                      value};
    }
  }
  return std::nullopt;
}

Parsed<std::string> expand_specifiers(std::string_view value, const HostIdentity& host) {
  std::string text;
  for (std::size_t at = 0; at < value.size(); ++at) {
    if (value[at] != '%') {
      text += value[at];
      continue;
    }
    const auto meaning = meaning_of(value[++at], host);
    if (!meaning) {
      return meaning.error();
    }
    text += *meaning;
  }
  return text;
}

} // namespace metrics_event
