#pragma once

#include "tls_trouble.hpp"
#include "transport.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/ssl/stream.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace metrics_event {

/// One connection to a receiver or a proxy: TCP, and TLS over it when that is started. Every step
/// is waited for until the deadline and no longer.
class Connection {
public:
  explicit Connection(Deadline deadline);

  /// Goes on with a stream that is connected already, of whatever family, and owns it.
  Connection(Deadline deadline, int descriptor);

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Looks the host up and tries each of its addresses. Returns the trouble, if any.
  std::optional<Reply> open(const std::string& host, std::uint16_t port,
                            std::chrono::milliseconds connect_timeout);

  /// Goes on in TLS with `host`, which may be behind a tunnel. Returns the trouble, if any.
  std::optional<Reply> start_tls(const TlsContext& context, const std::string& host);

  /// Starts an operation by `start(stream, handler)` on what is spoken, TLS or not, and waits until
  /// it is done, the deadline has passed, which is asio::error::timed_out, or a signal is noted,
  /// which is asio::error::interrupted.
  template <class Start>
  boost::system::error_code perform(Start&& start) {
    return wait_for(deadline_, [&](auto handler) {
      if (tls_) {
        start(*tls_, std::move(handler));
      } else {
        start(socket_, std::move(handler));
      }
    });
  }

  /// The trouble that an error of TLS is, once it has been started.
  Reply tls_trouble(const boost::system::error_code& error) const;

  /// What is known about the way.
  const Route& route() const { return route_; }

private:
  template <class Start>
  boost::system::error_code wait_for(Deadline until, Start&& start) {
    std::optional<boost::system::error_code> result;
    start([&result](const boost::system::error_code& error, auto&&...) { result = error; });
    io_.restart();
    while (!result && !interrupted_ && io_.run_one_until(until) > 0) {
    }
    if (!result) {
      boost::system::error_code ignored;
      socket_.close(ignored);
      while (!result &&
             io_.run_one() > 0) { // lets the cancelled operation go before its buffers do
      }
      return interrupted_ ? boost::asio::error::interrupted : boost::asio::error::timed_out;
    }
    return *result;
  }

  Deadline deadline_;
  boost::asio::io_context io_{1};
  boost::asio::posix::stream_descriptor signals_{io_}; // of `interruption`, whose it is
  bool interrupted_ = false;
  boost::asio::ip::tcp::socket socket_{io_};
  std::optional<Verification> verification_;
  bool has_certificate_ = false;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
  Route route_;
};

/// A reply that consists of trouble.
Reply in_trouble(Trouble trouble, std::string detail);

/// The same when a signal was noted.
Reply interrupted();

} // namespace metrics_event
