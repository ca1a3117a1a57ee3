#include "connection.hpp"

#include "host.hpp"
#include "interruption.hpp"
#include "lookup.hpp"
#include "text.hpp"
#include "tls.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

} // namespace

Reply in_trouble(Trouble trouble, std::string detail) {
  return {.trouble = trouble, .detail = std::move(detail)};
}

Reply interrupted() {
  return in_trouble(Trouble::interrupted, "a signal ended the attempt");
}

Connection::Connection(Deadline deadline) : deadline_{deadline} {
  if (interruption() >= 0) {
    signals_.assign(interruption());
    signals_.async_wait(asio::posix::stream_descriptor::wait_read,
                        [this](const error_code& error) { interrupted_ = !error; });
  }
}

Connection::Connection(Deadline deadline, int descriptor) : Connection{deadline} {
  socket_.assign(tcp::v4(), descriptor); // the family matters only to what opens one
}

Connection::~Connection() {
  if (signals_.is_open()) {
    signals_.release();
  }
}

std::optional<Reply> Connection::open(const std::string& host, std::uint16_t port,
                                      std::chrono::milliseconds connect_timeout) {
  Lookup lookup = look_up(host, deadline_);
  if (lookup.trouble != Trouble::none) {
    return in_trouble(lookup.trouble, std::move(lookup.detail));
  }
  route_.addresses = lookup.addresses;
  std::string details;
  bool all_timed_out = true;
  for (const std::string& address : lookup.addresses) {
    const std::string shown = bracketed(address) + ':' + std::to_string(port);
    error_code error;
    const tcp::endpoint peer{asio::ip::make_address(address, error), port};
    if (!error) {
      socket_ = tcp::socket{io_};
      const Deadline until =
          std::min(deadline_, std::chrono::steady_clock::now() + connect_timeout);
      error = wait_for(until, [&](auto done) { socket_.async_connect(peer, std::move(done)); });
    }
    if (!error) {
      route_.peer = shown;
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
  tls_.emplace(socket_, new_tls_client(context, host));
  verification_.emplace(host);
  has_certificate_ = has_certificate(context);
  error_code error;
  if (verifies(context)) {
    tls_->set_verify_callback(
        [this](bool is_good, asio::ssl::verify_context& state) {
          return verification_->note(is_good, state.native_handle());
        },
        error);
  }
  if (!error) {
    error = wait_for(deadline_, [&](auto done) {
      tls_->async_handshake(asio::ssl::stream_base::client, std::move(done));
    });
  }
  if (!error) {
    describe_tls(tls_->native_handle(), route_);
    return std::nullopt;
  }
  if (error == asio::error::timed_out) {
    return in_trouble(Trouble::timed_out, "no TLS handshake in time");
  }
  if (error == asio::error::interrupted) {
    return interrupted();
  }
  if (!verification_->words().empty()) {
    return in_trouble(Trouble::tls_failed, verification_->words());
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

Reply Connection::tls_trouble(const error_code& error) const {
  return in_trouble(Trouble::tls_failed, tls_words(error, has_certificate_));
}

} // namespace metrics_event
