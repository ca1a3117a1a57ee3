#include "net/tls_stream.hpp"

#include "net/certificate.hpp"
#include "system/write.hpp"

#include <boost/asio/ssl/error.hpp>

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <poll.h>

#include <cerrno>
#include <new>

namespace metrics_event {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

int note_verification(int is_good, X509_STORE_CTX* state) {
  auto* const tls =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(state, SSL_get_ex_data_X509_STORE_CTX_idx()));
  return static_cast<Verification*>(SSL_get_app_data(tls))->note(is_good != 0, state) ? 1 : 0;
}

// Returns the error of a call that must not be repeated.
error_code final_error(int kind) {
  const unsigned long code = ERR_get_error();
  if (kind == SSL_ERROR_ZERO_RETURN) {
    return asio::error::eof;
  }
  if (kind == SSL_ERROR_SYSCALL && code == 0) {
    return errno == 0 ? error_code{asio::ssl::error::stream_truncated}
                      : error_code{errno, boost::system::system_category()};
  }
  if (ERR_GET_LIB(code) == ERR_LIB_SSL &&
      ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    return asio::ssl::error::stream_truncated;
  }
  return {static_cast<int>(code), asio::error::get_ssl_category()};
}

} // namespace

TlsStream::TlsStream(const TlsContext& context, const std::string& host, const Socket& socket)
    : socket_{socket}, verification_{std::make_unique<Verification>(host)}, tls_{new_tls_client(
                                                                                context, host)} {
  SSL_clear_mode(tls_.get(), SSL_MODE_AUTO_RETRY); // or one call may read past the deadline
  SSL_set_app_data(tls_.get(), verification_.get());
  // OpenSSL would call a callback even without verification, so none is set then.
  if (SSL_get_verify_mode(tls_.get()) != SSL_VERIFY_NONE) {
    SSL_set_verify(tls_.get(), SSL_VERIFY_PEER, note_verification);
  }
  disarm_write_signals(); // OpenSSL writes without MSG_NOSIGNAL
  if (SSL_set_fd(tls_.get(), socket.descriptor()) != 1) {
    throw std::bad_alloc{};
  }
}

error_code TlsStream::handshake(Deadline deadline) {
  verification_->set_deadline(deadline);
  error_code error;
  repeat([this] { return SSL_connect(tls_.get()); }, deadline, error);
  return error;
}

std::size_t TlsStream::send(std::span<const char> text, Deadline deadline, error_code& error) {
  const int size = static_cast<int>(text.size());
  return repeat([&] { return SSL_write(tls_.get(), text.data(), size); }, deadline, error);
}

std::size_t TlsStream::receive(std::span<char> room, Deadline deadline, error_code& error) {
  const int size = static_cast<int>(room.size());
  return repeat([&] { return SSL_read(tls_.get(), room.data(), size); }, deadline, error);
}

template <class Step>
std::size_t TlsStream::repeat(Step&& step, Deadline deadline, error_code& error) {
  error = {};
  while (!error) {
    ERR_clear_error();
    errno = 0;
    const int result = step();
    if (result > 0) {
      return static_cast<std::size_t>(result);
    }
    const int kind = SSL_get_error(tls_.get(), result);
    const bool is_late = std::chrono::steady_clock::now() >= deadline;
    error = is_late && (kind == SSL_ERROR_WANT_READ || kind == SSL_ERROR_WANT_WRITE)
                ? asio::error::timed_out
            : kind == SSL_ERROR_WANT_READ  ? socket_.await(POLLIN, deadline)
            : kind == SSL_ERROR_WANT_WRITE ? socket_.await(POLLOUT, deadline)
                                           : final_error(kind);
  }
  return 0;
}

std::string TlsStream::message(const error_code& error) const {
  return tls_message(error, SSL_get_certificate(tls_.get()) != nullptr);
}

void TlsStream::describe(Trace& trace) const {
  trace.tls_version = SSL_get_version(tls_.get());
  if (X509* const certificate = SSL_get0_peer_certificate(tls_.get())) {
    trace.certificate = certificate_of(certificate);
  }
}

} // namespace metrics_event
