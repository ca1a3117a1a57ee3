#include "net/http_transport.hpp"

#include "base/text.hpp"
#include "loki/host.hpp"
#include "net/connection.hpp"
#include "net/http_exchange.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <system_error>

namespace metrics_event {
namespace {

// The proxy's own way of asking for credentials, on what the proxy itself reads.
void add_proxy_credentials(const Endpoint& proxy, Headers& headers) {
  if (proxy.credentials) {
    headers.emplace_back("Proxy-Authorization", basic_authorization(*proxy.credentials).reveal());
  }
}

// Asks the proxy for a tunnel to the receiver. Returns the trouble, if any.
std::optional<Reply> open_tunnel(Connection& connection, const Endpoint& proxy,
                                 const Endpoint& receiver) {
  const std::string authority = bracketed(receiver.host) + ':' + std::to_string(receiver.port);
  HttpMessage message{.method = "CONNECT", .target = authority, .headers = {{"Host", authority}}};
  add_proxy_credentials(proxy, message.headers);
  Reply reply = exchange(connection, message).reply;
  if (reply.trouble == Trouble::none && reply.status >= 200 && reply.status <= 299) {
    return std::nullopt;
  }
  return reply;
}

HttpMessage message_of(const Request& request, bool is_proxied) {
  const Access& access = request.access;
  HttpMessage message{.method = request.method,
                      .target = access.endpoint.target,
                      .headers = {{"Host", access.endpoint.authority()}},
                      .body = request.body,
                      .keeps_connection = request.keeps_connection};
  message.headers.insert(message.headers.end(), request.headers.begin(), request.headers.end());
  if (!access.authorization.empty()) {
    message.headers.emplace_back("Authorization", access.authorization.reveal());
  }
  if (is_proxied) { // the absolute form, RFC 9112, section 3.2.2
    message.target.insert(0, "http://" + access.endpoint.authority());
    add_proxy_credentials(*access.proxy, message.headers);
  }
  return message;
}

// Opens the way that leads to the receiver. Returns the trouble, if any.
std::optional<Reply> open(Connection& connection, const Access& access) {
  const Endpoint& first = access.proxy ? *access.proxy : access.endpoint;
  const bool is_https = access.endpoint.scheme == Scheme::https;
  std::optional<Reply> trouble = connection.open(first.host, first.port, access.connect_timeout);
  if (!trouble && access.proxy && is_https) {
    trouble = open_tunnel(connection, *access.proxy, access.endpoint);
  }
  if (trouble) {
    trouble->at_proxy = access.proxy.has_value();
    return trouble;
  }
  return is_https ? connection.start_tls(*access.tls, access.endpoint.host) : std::nullopt;
}

bool lead_the_same_way(const Access& one, const Access& other) {
  return one.endpoint.has_origin_of(other.endpoint) && one.tls == other.tls &&
         one.proxy.has_value() == other.proxy.has_value() &&
         (!one.proxy || one.proxy->has_origin_of(*other.proxy));
}

class HttpTransport {
public:
  explicit HttpTransport(std::chrono::milliseconds longest_idle) : longest_idle_{longest_idle} {}

  Reply attempt(const Request& request, Deadline deadline) {
    Reply reply = reply_to(request, deadline);
    for (const Secret& secret : request.access.secrets) {
      reply.body = without(std::move(reply.body), secret);
      reply.location = without(std::move(reply.location), secret);
    }
    reply.proxy = request.access.proxy ? request.access.proxy->url() : "";
    reply.route = connection_->route();
    if (!is_kept_ && reply.trouble != Trouble::none) {
      connection_.reset(); // before another attempt is waited for
    }
    return reply;
  }

private:
  Reply reply_to(const Request& request, Deadline deadline) {
    const Access& access = request.access;
    const bool is_fresh = std::chrono::steady_clock::now() - last_use_ < longest_idle_;
    if (is_kept_ && is_fresh && lead_the_same_way(*access_, access) && !connection_->has_input()) {
      const Exchanged exchanged = exchange_by_connection(request, deadline);
      // The receiver may have closed it at this moment (RFC 9112, section 9.3.1).
      if (!exchanged.is_silent || exchanged.reply.trouble != Trouble::connection_lost) {
        return exchanged.reply;
      }
    }
    is_kept_ = false;
    connection_.emplace();
    connection_->set_deadline(deadline);
    if (std::optional<Reply> trouble = open(*connection_, access)) {
      return *std::move(trouble);
    }
    return exchange_by_connection(request, deadline).reply;
  }

  Exchanged exchange_by_connection(const Request& request, Deadline deadline) {
    connection_->set_deadline(deadline);
    const bool is_proxied = request.access.proxy && request.access.endpoint.scheme != Scheme::https;
    Exchanged exchanged = exchange(*connection_, message_of(request, is_proxied));
    is_kept_ = exchanged.is_reusable && request.keeps_connection;
    if (is_kept_) {
      access_ = request.access;
      last_use_ = std::chrono::steady_clock::now();
    }
    return exchanged;
  }

  std::chrono::milliseconds longest_idle_;
  std::optional<Connection> connection_; // the last one
  std::optional<Access> access_;         // where it leads, once kept
  bool is_kept_ = false;                 // it takes another request
  Deadline last_use_{};                  // then
};

} // namespace

Transport http_transport(std::chrono::milliseconds longest_idle) {
  return [transport = std::make_shared<HttpTransport>(longest_idle)](const Request& request,
                                                                     Deadline deadline) -> Reply {
    try {
      return transport->attempt(request, deadline);
    } catch (const std::system_error& error) { // a thread that cannot be started
      return in_trouble(Trouble::no_resources, system_words(error.code()));
    }
  };
}

} // namespace metrics_event
