#include "net/certificate.hpp"

#include "base/owned.hpp"
#include "base/text.hpp"
#include "loki/host.hpp"

#include <openssl/x509v3.h>

#include <arpa/inet.h>

#include <array>
#include <cstdint>
#include <ctime>
#include <vector>

namespace metrics_event {
namespace {

using AlternativeNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

constexpr std::size_t longest_certificate_text = 200;
constexpr int most_names_shown = 5;

std::string shown(const ASN1_STRING* text) {
  const auto* const bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  return printable({bytes, static_cast<std::size_t>(ASN1_STRING_length(text))},
                   longest_certificate_text);
}

// Returns the common name, or the whole name when it has none.
std::string name_of(const X509_NAME* name) {
  const int common_name = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (common_name >= 0) {
    return shown(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, common_name)));
  }
  if (X509_NAME_entry_count(name) == 0) {
    return "";
  }
  std::array<char, longest_certificate_text> line{};
  X509_NAME_oneline(name, line.data(), static_cast<int>(line.size()));
  return printable(line.data(), longest_certificate_text);
}

std::string address_of(const ASN1_STRING* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = ASN1_STRING_length(bytes) == 4 ? AF_INET : AF_INET6;
  const bool is_address = family == AF_INET || ASN1_STRING_length(bytes) == 16;
  return is_address && inet_ntop(family, ASN1_STRING_get0_data(bytes), text.data(), text.size()) !=
                           nullptr
             ? text.data()
             : "";
}

std::chrono::sys_seconds time_of(const ASN1_TIME* time) {
  std::tm parts{};
  ASN1_TIME_to_tm(time, &parts);
  return std::chrono::sys_seconds{std::chrono::seconds{timegm(&parts)}};
}

AlternativeNames alternative_names_of(x509_st* certificate) {
  return AlternativeNames{static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
}

// Returns whether a text is this address in one of its spellings, with brackets or without.
bool spells(std::string_view text, const std::string& address) {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
  }
  const std::vector<std::uint8_t> bytes = address_bytes(text);
  return !bytes.empty() && bytes == address_bytes(address);
}

} // namespace

std::string names_of(x509_st* certificate) {
  const AlternativeNames names = alternative_names_of(certificate);
  std::string list;
  int count = 0;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    const std::string text = name->type == GEN_DNS     ? shown(name->d.dNSName)
                             : name->type == GEN_IPADD ? address_of(name->d.iPAddress)
                                                       : "";
    if (text.empty() || ++count > most_names_shown) {
      continue;
    }
    list += (list.empty() ? "" : ", ") + text;
  }
  if (list.empty()) {
    return name_of(X509_get_subject_name(certificate));
  }
  return list + (count > most_names_shown ? ", …" : "");
}

std::string_view place_of_address(x509_st* certificate, const std::string& address) {
  const AlternativeNames names = alternative_names_of(certificate);
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type == GEN_DNS && spells(shown(name->d.dNSName), address)) {
      return "a DNS name";
    }
  }
  return spells(name_of(X509_get_subject_name(certificate)), address) ? "its common name"
                                                                      : std::string_view{};
}

Certificate certificate_of(x509_st* certificate) {
  std::string subject = name_of(X509_get_subject_name(certificate));
  return {.subject = subject.empty() ? names_of(certificate) : std::move(subject),
          .issuer = name_of(X509_get_issuer_name(certificate)),
          .expires = time_of(X509_get0_notAfter(certificate))};
}

std::chrono::sys_seconds start_of(x509_st* certificate) {
  return time_of(X509_get0_notBefore(certificate));
}

} // namespace metrics_event
