#include "net/tls.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "loki/host.hpp"
#include "net/authorities.hpp"
#include "net/tls_trouble.hpp"
#include "system/detached.hpp"
#include "system/file.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

namespace metrics_event {
namespace {

using Bio = Owned<BIO, BIO_free>;
using X509Pointer = Owned<X509, X509_free>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;

} // namespace

class TlsContext {
public:
  TlsContext() : context_{SSL_CTX_new(TLS_client_method())} {
    if (context_ == nullptr) {
      throw std::bad_alloc{};
    }
  }
  SSL_CTX* get() const { return context_.get(); }

  std::optional<SystemAuthorities> system_authorities; // none when others are trusted, or all

private:
  Owned<SSL_CTX, SSL_CTX_free> context_;
};

namespace {

// Declines to ask for a passphrase, because nobody may be there to enter it.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

Bio reader_of(const std::string& pem) {
  return Bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

std::string last_reason() {
  const char* const reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "OpenSSL refuses it" : lower_first(reason);
}

// The certificates of a PEM text, and the trouble when there is none or one is damaged.
struct Certificates {
  std::vector<X509Pointer> all;
  std::string trouble;
};

Certificates certificates_in(const std::string& pem) {
  Certificates certificates;
  const Bio bio = reader_of(pem);
  ERR_clear_error();
  // This reads certificates with and without OpenSSL's own trust settings.
  while (X509* const next = PEM_read_bio_X509_AUX(bio.get(), nullptr, no_passphrase, nullptr)) {
    certificates.all.emplace_back(next);
  }
  const bool is_at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!is_at_end) {
    certificates.trouble = "is damaged: " + last_reason();
  } else if (certificates.all.empty()) {
    certificates.trouble = "contains no certificate in PEM form";
  }
  return certificates;
}

// Adds the certificates of a PEM text to a store. Returns the trouble with the text, if any.
std::string add_certificates(X509_STORE* store, const std::string& pem) {
  const Certificates certificates = certificates_in(pem);
  for (const X509Pointer& certificate : certificates.all) {
    X509_STORE_add_cert(store, certificate.get());
  }
  return certificates.trouble;
}

std::optional<BadTlsOption> trust(SSL_CTX* context, const std::string& pem) {
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  if (std::string trouble = add_certificates(store, pem); !trouble.empty()) {
    return BadTlsOption{"ca-cert", std::move(trouble)};
  }
  // A certificate that the user names is trusted even when it is an intermediate and not a root.
  X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN);
  return std::nullopt;
}

std::optional<BadTlsOption> use_certificate(SSL_CTX* context, const std::string& pem) {
  const Certificates chain = certificates_in(pem);
  if (!chain.trouble.empty()) {
    return BadTlsOption{"cert", chain.trouble};
  }
  if (SSL_CTX_use_certificate(context, chain.all.front().get()) != 1) {
    return BadTlsOption{"cert", "is refused: " + last_reason()};
  }
  for (std::size_t i = 1; i < chain.all.size(); ++i) {
    SSL_CTX_add1_chain_cert(context, chain.all[i].get());
  }
  return std::nullopt;
}

std::optional<BadTlsOption> use_key(SSL_CTX* context, const Secret& pem) {
  const Bio bio = reader_of(pem.reveal());
  const Key key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr)};
  if (key == nullptr) {
    const bool is_encrypted = pem.reveal().find("ENCRYPTED") != std::string::npos;
    return BadTlsOption{"key", is_encrypted ? "is encrypted; give a key without a passphrase"
                                            : "contains no private key in PEM form"};
  }
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return BadTlsOption{"key", "does not belong to the certificate"};
  }
  return std::nullopt;
}

// Finds the issuer of a certificate among the authorities that the store has, or else among those
// in the directories of the system's, which are read as they are needed: there may be hundreds.
int find_issuer(X509** issuer, X509_STORE_CTX* state, X509* certificate) {
  const int result = X509_STORE_CTX_get1_issuer(issuer, state, certificate);
  const auto* const tls =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(state, SSL_get_ex_data_X509_STORE_CTX_idx()));
  if (result != 0 || tls == nullptr) { // no connection: OpenSSL completes the client's own chain
    return result;
  }
  auto& authorities = *static_cast<SystemAuthorities*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(tls)));
  auto& verification = *static_cast<Verification*>(SSL_get_app_data(tls));
  const unsigned long hash =
      X509_NAME_hash_ex(X509_get_issuer_name(certificate), nullptr, nullptr, nullptr);
  for (const std::string& pem : authorities.find(hash, verification.deadline())) {
    add_certificates(X509_STORE_CTX_get0_store(state), pem);
  }
  verification.set_trouble_of_authorities(authorities.trouble());
  ERR_clear_error(); // or the end of a PEM text would be taken for an error of the handshake
  return X509_STORE_CTX_get1_issuer(issuer, state, certificate);
}

void trust_system(TlsContext& context, Deadline deadline) {
  SystemAuthorities& authorities = context.system_authorities.emplace(deadline);
  X509_STORE* const store = SSL_CTX_get_cert_store(context.get());
  const std::string trouble =
      authorities.text() ? add_certificates(store, *authorities.text()) : "";
  if (!trouble.empty()) {
    authorities.reject_text(trouble);
  }
  SSL_CTX_set_app_data(context.get(), &authorities);
  X509_STORE_set_get_issuer(store, find_issuer);
}

// Initialises OpenSSL, which reads its configuration and the files that it includes, and would wait
// for ever for the writer of a FIFO or for a mount whose server is gone. As with SystemAuthorities,
// that is expected only of what a variable names.
void initialise(Deadline deadline) {
  const char* const configuration = ::secure_getenv("OPENSSL_CONF");
  const auto end = run_detached_if(configuration != nullptr, deadline, [] {
    // OpenSSL needs the names of all ciphers only to read encrypted PEM files, which are rejected.
    // Adding them would cost two million of eighteen million instructions.
    return OPENSSL_init_ssl(OPENSSL_INIT_NO_ADD_ALL_CIPHERS, nullptr);
  });
  if (!end) {
    throw Failure{ExitCode::tempfail, "OPENSSL_CONF: " + cannot_read(configuration, end.error())};
  }
}

} // namespace

boost::system::result<std::shared_ptr<const TlsContext>, BadTlsOption>
make_tls_context(const TlsOptions& options, Deadline deadline) {
  initialise(deadline);
  auto owner = std::make_shared<TlsContext>();
  SSL_CTX* const context = owner->get();
  if (SSL_CTX_get_min_proto_version(context) < TLS1_2_VERSION) { // the system may be stricter
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  }
  SSL_CTX_set_verify(context, options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  std::optional<BadTlsOption> bad;
  if (options.authorities) {
    bad = trust(context, *options.authorities);
  } else if (options.verify) {
    trust_system(*owner, deadline);
  }
  if (!bad && options.certificate) {
    bad = use_certificate(context, *options.certificate);
  }
  if (!bad && options.key) {
    bad = use_key(context, *options.key);
  }
  ERR_clear_error(); // OpenSSL reports the end of a PEM text as an error
  if (bad) {
    return *bad;
  }
  return std::shared_ptr<const TlsContext>{std::move(owner)};
}

void free_tls_client(ssl_st* client) {
  SSL_free(client);
}

TlsClient new_tls_client(const TlsContext& context, const std::string& host) {
  TlsClient client{SSL_new(context.get())};
  if (client == nullptr) {
    throw std::bad_alloc{};
  }
  X509_VERIFY_PARAM* const rules = SSL_get0_param(client.get());
  bool is_bound = false;
  if (address_bytes(host).empty()) {
    const std::string name = host.substr(0, host.size() - (host.ends_with('.') ? 1 : 0));
    SSL_ctrl(client.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
             const_cast<char*>(name.c_str())); // as OpenSSL's macro does, which uses a C cast
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    is_bound = !name.empty() && X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()) == 1;
  } else {
    is_bound = X509_VERIFY_PARAM_set1_ip_asc(rules, host.c_str()) == 1;
  }
  if (!is_bound) { // or OpenSSL would accept a certificate for any host
    throw std::invalid_argument{"a host that no certificate can be issued for"};
  }
  return client;
}

} // namespace metrics_event
