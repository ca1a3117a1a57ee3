#include "http_transport.hpp"

#include "connection.hpp"
#include "host.hpp"
#include "http_exchange.hpp"
#include "text.hpp"

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
  Reply reply = exchange(connection, message);
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
                      .body = request.body};
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

// The steps until there is a reply, be it trouble.
Reply attempt(const Request& request, Connection& connection) {
  const Access& access = request.access;
  const Endpoint& first = access.proxy ? *access.proxy : access.endpoint;
  const bool is_https = access.endpoint.scheme == Scheme::https;
  std::optional<Reply> trouble = connection.open(first.host, first.port, access.connect_timeout);
  if (!trouble && access.proxy && is_https) {
    trouble = open_tunnel(connection, *access.proxy, access.endpoint);
  }
  if (trouble) {
    trouble->at_proxy = access.proxy.has_value();
    return *std::move(trouble);
  }
  if (is_https) {
    trouble = connection.start_tls(*access.tls, access.endpoint.host);
  }
  return trouble ? *std::move(trouble)
                 : exchange(connection, message_of(request, access.proxy && !is_https));
}

} // namespace

Reply http_transport(const Request& request, Deadline deadline) {
  try {
    Connection connection{deadline};
    Reply reply = attempt(request, connection);
    for (const Secret& secret : request.access.secrets) {
      reply.body = without(std::move(reply.body), secret);
      reply.location = without(std::move(reply.location), secret);
    }
    reply.proxy = request.access.proxy ? request.access.proxy->url() : "";
    reply.route = connection.route();
    return reply;
  } catch (const std::system_error& error) { // a thread that cannot be started
    return in_trouble(Trouble::no_resources, system_words(error.code()));
  } catch (const boost::system::system_error& error) { // an io_context that cannot be made
    return in_trouble(Trouble::no_resources, system_words(error.code()));
  }
}

} // namespace metrics_event
