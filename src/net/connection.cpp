#include "net/connection.hpp"

#include "base/text.hpp"
#include "loki/host.hpp"
#include "net/lookup.hpp"
#include "system/signals.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace metrics_event {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t largest_tls_record = 16UL * 1024; // RFC 8446, section 5.1

// Returns whether the zone of a link-local address names no interface of this machine.
bool lacks_interface(const asio::ip::address& address, const std::string& text) {
  return text.find('%') != std::string::npos && address.is_v6() &&
         address.to_v6().is_link_local() && address.to_v6().scope_id() == 0;
}

} // namespace

std::optional<Reply> Connection::open(const std::string& host, std::uint16_t port,
                                      std::chrono::milliseconds connect_timeout) {
  const Lookup addresses = look_up(host, deadline_);
  if (!addresses) {
    return addresses.error();
  }
  trace_.addresses = *addresses;
  std::string details;
  bool all_timed_out = true;
  for (const std::string& address : *addresses) {
    const std::string shown = bracketed(address) + ':' + std::to_string(port);
    error_code error;
    const tcp::endpoint peer{asio::ip::make_address(address, error), port};
    if (!error && lacks_interface(peer.address(), address)) {
      error = error_code{ENODEV, boost::system::system_category()};
    }
    if (!error) {
      error = socket_.connect(
          peer, std::min(deadline_, std::chrono::steady_clock::now() + connect_timeout));
    }
    if (!error) {
      trace_.peer = shown;
      return std::nullopt;
    }
    if (error == asio::error::interrupted) {
      return interrupted();
    }
    if (error == asio::error::no_descriptors || error == asio::error::no_buffer_space) {
      return in_trouble(Trouble::no_resources, system_words(error));
    }
    const bool timed_out = error == asio::error::timed_out;
    all_timed_out = all_timed_out && timed_out;
    details += details.empty() ? "" : ", ";
    details += shown + ": " + (timed_out ? "no connection in time" : system_words(error));
    if (std::chrono::steady_clock::now() >= deadline_) {
      return in_trouble(Trouble::timed_out, std::move(details));
    }
  }
  return in_trouble(all_timed_out ? Trouble::connect_timed_out : Trouble::no_connection,
                    std::move(details));
}

std::optional<Reply> Connection::start_tls(const TlsContext& context, const std::string& host) {
  tls_.emplace(context, host, socket_);
  const error_code error = tls_->handshake(deadline_);
  if (!error) {
    tls_->describe(trace_);
    return std::nullopt;
  }
  // The authorities, which are read during the handshake, may have been late.
  if (error == asio::error::interrupted || noted_signal() != 0) {
    return interrupted();
  }
  if (error == asio::error::timed_out || std::chrono::steady_clock::now() >= deadline_) {
    return in_trouble(Trouble::timed_out, "no TLS handshake in time");
  }
  if (!tls_->distrust().empty()) {
    return in_trouble(Trouble::tls_failed, tls_->distrust());
  }
  if (error.category() == asio::error::get_ssl_category()) {
    return tls_trouble(error);
  }
  const bool is_closed = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
  return in_trouble(Trouble::connection_lost,
                    is_closed ? "the connection was closed during the TLS handshake"
                              : "the connection was lost during the TLS handshake: " +
                                    system_words(error));
}

std::size_t Connection::send(std::span<const iovec> parts, error_code& error) {
  if (!tls_) {
    return socket_.send(parts, deadline_, error);
  }
  std::string record; // one record, as each write to OpenSSL makes its own
  for (const iovec& part : parts) {
    record.append(static_cast<const char*>(part.iov_base),
                  std::min(part.iov_len, largest_tls_record - record.size()));
  }
  return tls_->send(record, deadline_, error);
}

std::size_t Connection::receive(std::span<char> room, error_code& error) {
  return tls_ ? tls_->receive(room, deadline_, error) : socket_.receive(room, deadline_, error);
}

Reply Connection::tls_trouble(const error_code& error) const {
  return in_trouble(Trouble::tls_failed, tls_->message(error));
}

} // namespace metrics_event
