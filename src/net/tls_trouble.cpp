#include "net/tls_trouble.hpp"

#include "base/http_date.hpp"
#include "base/text.hpp"
#include "net/certificate.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

// Returns the message for a certificate that was not issued for an address. Many have the address
// in the form of a host name, where nothing looks for an address (RFC 9525, section 6.5).
std::string not_for_address(const std::string& whose, X509* certificate, const std::string& host) {
  const std::string_view place = place_of_address(certificate, host);
  if (place.empty()) {
    return whose + " was issued for " + names_of(certificate) + " and not for " + host +
           "; use a URL with a name that it was issued for";
  }
  return whose + " names " + host + " as " + std::string{place} +
         ", not as an IP address; issue it with subjectAltName=IP:" + host;
}

// Describes why a certificate is not trusted. `trouble` is that of the system's authorities, if
// any.
std::string why_untrusted(int error, X509* certificate, bool is_receiver, const std::string& host,
                          const std::string& trouble) {
  const Certificate facts = certificate_of(certificate);
  const std::string whose = is_receiver
                                ? "the receiver's certificate"
                                : "the certificate of its authority " + quote(facts.subject);
  const std::string reason = trouble.empty() ? "" : " (" + trouble + ')';
  const std::string remedy = reason + "; trust it with --ca-cert FILE";
  switch (error) {
  case X509_V_ERR_CERT_HAS_EXPIRED:
    return whose + " expired on " + iso_date(facts.expires) + "; it must be renewed there";
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return whose + " is not valid before " + iso_date(start_of(certificate)) +
           "; check the clock of this machine";
  case X509_V_ERR_HOSTNAME_MISMATCH:
    return whose + " was issued for " + names_of(certificate) + " and not for " + host +
           "; use a URL with a name that it was issued for";
  case X509_V_ERR_IP_ADDRESS_MISMATCH: return not_for_address(whose, certificate, host);
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    return whose + " is self-signed and not trusted" + remedy;
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    return "the receiver's certificate comes from " + quote(facts.subject) +
           ", an authority that is not trusted" + remedy;
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    return whose + " was issued by " + quote(facts.issuer) + ", an authority that is not trusted" +
           remedy + "; if it is an intermediate one, the receiver must send its certificate";
  default: return whose + " is refused: " + lower_first(X509_verify_cert_error_string(error));
  }
}

// A reason code of OpenSSL's TLS library and the message for it.
struct Row {
  int reason;
  std::string_view message;
};

constexpr std::string_view no_tls = "the port does not speak TLS; use an http URL, or another port";
constexpr std::string_view too_old =
    "the receiver does not offer TLS 1.2 or newer; it must be updated";
constexpr std::string_view wants_certificate =
    "the receiver requires a client certificate; give --cert and --key";

constexpr std::array rows{
    Row{SSL_R_WRONG_VERSION_NUMBER, no_tls},
    Row{SSL_R_HTTP_REQUEST, no_tls},
    Row{SSL_R_PACKET_LENGTH_TOO_LONG, no_tls},
    Row{SSL_R_RECORD_LENGTH_MISMATCH, no_tls},
    Row{SSL_R_UNSUPPORTED_PROTOCOL, too_old},
    Row{SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, too_old},
    Row{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, wants_certificate},
    Row{SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
        "the receiver broke off the handshake; does it want a client certificate (--cert, --key)?"},
    Row{SSL_R_TLSV1_UNRECOGNIZED_NAME, "the receiver does not serve this host name; check the URL"},
};

// These alerts are about our certificate. When we have shown none, they all mean that it is
// missing.
constexpr std::array rows_of_certificate{
    Row{SSL_R_TLSV1_ALERT_UNKNOWN_CA,
        "the receiver does not know the authority of the client certificate; check --cert"},
    Row{SSL_R_SSLV3_ALERT_BAD_CERTIFICATE,
        "the receiver refuses the client certificate; check --cert"},
    Row{SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE,
        "the receiver does not support this kind of client certificate; check --cert"},
    Row{SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED,
        "the receiver refuses the client certificate as expired; renew --cert"},
    Row{SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED,
        "the receiver refuses the client certificate as revoked; renew --cert"},
    Row{SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN,
        "the receiver refuses the client certificate; check --cert"},
    Row{SSL_R_TLSV1_ALERT_ACCESS_DENIED,
        "the receiver denies access to the client certificate; check --cert"},
};

// Returns the reason code of OpenSSL's TLS library; 0 for an error of another library.
int reason_of(const boost::system::error_code& error) {
  const auto code = static_cast<unsigned long>(error.value());
  return ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0;
}

} // namespace

bool Verification::note(bool is_good, x509_store_ctx_st* state) {
  X509* const certificate = X509_STORE_CTX_get_current_cert(state);
  if (!is_good && message_.empty() && certificate != nullptr) {
    message_ = why_untrusted(X509_STORE_CTX_get_error(state), certificate,
                             X509_STORE_CTX_get_error_depth(state) == 0, host_, trouble_);
  }
  return is_good;
}

bool is_about_our_certificate(const boost::system::error_code& error) {
  const int reason = reason_of(error);
  return reason == SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED ||
         std::ranges::find(rows_of_certificate, reason, &Row::reason) != rows_of_certificate.end();
}

std::string tls_message(const boost::system::error_code& error, bool has_certificate) {
  const auto code = static_cast<unsigned long>(error.value());
  const int reason = reason_of(error);
  if (const auto* const row = std::ranges::find(rows, reason, &Row::reason); row != rows.end()) {
    return std::string{row->message};
  }
  const auto* const row = std::ranges::find(rows_of_certificate, reason, &Row::reason);
  if (row != rows_of_certificate.end()) {
    return std::string{has_certificate ? row->message : wants_certificate};
  }
  const char* const message = ERR_reason_error_string(code);
  return "TLS failed: " +
         (message == nullptr ? "error " + std::to_string(code) : lower_first(message)) +
         "; check the host and the port";
}

} // namespace metrics_event
