#include "net/http_transport.hpp"

#include "base/text.hpp"
#include "loki/host.hpp"
#include "loki/query_answer.hpp"
#include "net/connection.hpp"
#include "net/http_exchange.hpp"

#include <memory>
#include <optional>
#include <system_error>

namespace metrics_event {
namespace {

// Adds the credentials for the proxy, which only a request that the proxy itself reads may carry.
void add_proxy_credentials(const Endpoint& proxy, Headers& headers) {
  if (proxy.credentials) {
    headers.emplace_back("Proxy-Authorization", basic_authorization(*proxy.credentials).reveal());
  }
}

// Asks the proxy for a tunnel to the receiver. Returns nothing on success, or else the trouble.
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
  const Route& route = request.route;
  HttpMessage message{.method = request.method,
                      .target = route.endpoint.target,
                      .headers = {{"Host", route.endpoint.authority()}},
                      .body = request.body,
                      .keeps_connection = request.keeps_connection};
  message.headers.insert(message.headers.end(), request.headers.begin(), request.headers.end());
  if (!route.authorization.empty()) {
    message.headers.emplace_back("Authorization", route.authorization.reveal());
  }
  if (request.is_query) {
    message.largest_body = largest_query_answer;
  }
  if (is_proxied) { // the absolute form, RFC 9112, section 3.2.2
    message.target.insert(0, "http://" + route.endpoint.authority());
    add_proxy_credentials(*route.proxy, message.headers);
  }
  return message;
}

// Connects to the receiver, through a tunnel if it must be. Returns nothing on success, or else the
// trouble.
std::optional<Reply> open_route(Connection& connection, const Route& route) {
  const Endpoint& first = route.proxy ? *route.proxy : route.endpoint;
  const bool is_https = route.endpoint.scheme == Scheme::https;
  std::optional<Reply> trouble =
      connection.open(first.host_in_zone(), first.port, route.connect_timeout);
  if (!trouble && route.proxy && is_https) {
    trouble = open_tunnel(connection, *route.proxy, route.endpoint);
  }
  if (trouble) {
    trouble->at_proxy = route.proxy.has_value();
    return trouble;
  }
  return is_https ? connection.start_tls(*route.tls, route.endpoint.host) : std::nullopt;
}

// Compares neither the credentials nor the headers of the receiver, as each request carries its
// own.
bool lead_the_same_way(const Route& one, const Route& other) {
  return one.endpoint.has_origin_of(other.endpoint) && one.tls == other.tls &&
         one.proxy.has_value() == other.proxy.has_value() &&
         (!one.proxy || one.proxy->has_origin_of(*other.proxy));
}

class HttpTransport {
public:
  explicit HttpTransport(std::chrono::milliseconds longest_idle) : longest_idle_{longest_idle} {}

  Reply attempt(const Request& request, Deadline deadline) {
    Reply reply = reply_to(request, deadline);
    if (!request.is_query) { // the answer to a query is compared and never shown
      for (std::string* const words : {&reply.body, &reply.location}) {
        *words = without_secrets(*words, request.route.secrets);
      }
    }
    reply.proxy = request.route.proxy ? request.route.proxy->url() : "";
    reply.trace = connection_->trace();
    if (!is_kept_ && reply.trouble != Trouble::none) {
      connection_.reset(); // closed now, not after the wait for another attempt
    }
    return reply;
  }

private:
  Reply reply_to(const Request& request, Deadline deadline) {
    const Route& route = request.route;
    const bool is_fresh = std::chrono::steady_clock::now() - last_use_ < longest_idle_;
    if (is_kept_ && is_fresh && lead_the_same_way(*route_, route) && !connection_->has_input()) {
      return exchange_by_connection(request, deadline);
    }
    is_kept_ = false;
    connection_.emplace();
    connection_->set_deadline(deadline);
    if (std::optional<Reply> trouble = open_route(*connection_, route)) {
      return *std::move(trouble);
    }
    return exchange_by_connection(request, deadline);
  }

  Reply exchange_by_connection(const Request& request, Deadline deadline) {
    connection_->set_deadline(deadline);
    const bool is_proxied = request.route.proxy && request.route.endpoint.scheme != Scheme::https;
    Exchanged exchanged = exchange(*connection_, message_of(request, is_proxied));
    is_kept_ = exchanged.is_reusable && request.keeps_connection;
    if (is_kept_) {
      route_ = request.route;
      last_use_ = std::chrono::steady_clock::now();
    }
    return std::move(exchanged.reply);
  }

  std::chrono::milliseconds longest_idle_;
  std::optional<Connection> connection_; // the last one
  std::optional<Route> route_;           // where the connection leads, once it is kept
  bool is_kept_ = false;                 // the connection can carry another request
  Deadline last_use_{};                  // when the kept connection was last used
};

} // namespace

Transport http_transport(std::chrono::milliseconds longest_idle) {
  return [transport = std::make_shared<HttpTransport>(longest_idle)](const Request& request,
                                                                     Deadline deadline) -> Reply {
    try {
      return transport->attempt(request, deadline);
    } catch (const std::system_error& error) { // no thread could be started
      return in_trouble(Trouble::no_resources, system_words(error.code()));
    }
  };
}

} // namespace metrics_event
