#include "net/http_exchange.hpp"

#include "base/text.hpp"
#include "loki/status.hpp"
#include "net/beast_parser.hpp"
#include "net/tls_trouble.hpp"

#include <boost/asio/ssl/error.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/span_body.hpp>

#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <optional>
#include <span>

namespace metrics_event {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

constexpr std::uint32_t largest_header = 16 * 1024;
constexpr std::size_t read_size = 4096;
constexpr std::size_t most_parts = 32; // buffers of a request that one call sends
// Beast's parser waits for a complete header. This prefix tells garbage from a slow answer at once.
constexpr std::string_view start_of_http = "HTTP/1.";
// A TLS server answers plain text with an alert record of this type and version (RFC 8446, section
// 5.1).
constexpr std::string_view start_of_tls_alert = "\x15\x03";

// A body type that keeps only the beginning of the body, whatever length the other side announces.
struct BeginningOfBody {
  // NOLINTNEXTLINE(readability-identifier-naming): the name that Beast asks for
  struct value_type {
    std::string text;
    std::size_t largest = 0; // in bytes

    bool is_full() const { return text.size() >= largest; }
  };

  class reader { // NOLINT(readability-identifier-naming): the name that Beast asks for
  public:
    template <bool is_request, class Fields>
    reader(http::header<is_request, Fields>&, value_type& body) : body_{body} {}

    static void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }
    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& error) {
      error = {};
      for (const asio::const_buffer part : beast::buffers_range_ref(buffers)) {
        const std::size_t room = body_.largest - body_.text.size();
        body_.text.append(static_cast<const char*>(part.data()), std::min(part.size(), room));
      }
      return beast::buffer_bytes(buffers);
    }
    static void finish(error_code& error) { error = {}; }

  private:
    value_type& body_;
  };
};

using Parser = http::response_parser<BeginningOfBody>;

class Exchange {
public:
  Exchange(Connection& connection, const HttpMessage& request)
      : connection_{connection}, request_{request} {}

  Exchanged run() {
    // A receiver may answer before it has read the whole request, and close the connection. Its
    // answer then says more than the error of our write.
    const error_code write_error = write();
    if (write_error == asio::error::no_memory || write_error == asio::error::no_buffer_space) {
      // There is no answer to a part of a request.
      Reply reply = in_trouble(Trouble::no_resources, system_words(write_error));
      reply.is_sent = bytes_sent_ > 0;
      return {std::move(reply)};
    }
    Reply reply = read();
    if (write_error && reply.trouble == Trouble::connection_lost) {
      reply.detail = "sending failed: " + system_words(write_error);
    }
    reply.is_sent = bytes_sent_ > 0 && !is_connect() && !is_rejected_;
    reply.is_silent =
        reply.trouble == Trouble::connection_lost && bytes_read_ == 0 && !connection_.has_tls();
    return {std::move(reply), is_reusable_ && !write_error};
  }

private:
  bool is_connect() const { return request_.method == "CONNECT"; }

  // A proxy that reads this request itself may ask for its own credentials with 401 and
  // Proxy-Authenticate.
  bool speaks_to_proxy() const {
    return is_connect() || request_.target.starts_with("http://"); // RFC 9112, section 3.2.2
  }

  // After a success, CONNECT is followed by the tunnel, not by a body.
  bool opens_tunnel(const Parser& parser) const {
    return is_connect() && parser.is_header_done() && parser.get().result_int() / 100 == 2;
  }

  error_code write() {
    http::request<http::span_body<const char>> message;
    message.version(11);
    message.method_string({request_.method.data(), request_.method.size()});
    message.target(request_.target);
    message.body() = {request_.body.data(), request_.body.size()};
    for (const auto& [name, value] : request_.headers) {
      message.insert(name, value);
    }
    if (!is_connect()) {
      message.keep_alive(request_.keeps_connection);
      message.prepare_payload();
    }
    http::request_serializer<http::span_body<const char>> serializer{message};
    error_code error;
    while (!error && !serializer.is_done()) {
      std::size_t sent = 0;
      error_code of_serializer;
      serializer.next(of_serializer,
                      [&](error_code&, const auto& buffers) { sent = send(buffers, error); });
      error = error ? error : of_serializer;
      serializer.consume(sent);
    }
    return error;
  }

  template <class Buffers>
  std::size_t send(const Buffers& buffers, error_code& error) {
    std::array<iovec, most_parts> parts{};
    std::size_t count = 0;
    for (const asio::const_buffer part : beast::buffers_range_ref(buffers)) {
      if (count < most_parts) { // the serializer offers the rest again
        parts[count++] = {const_cast<void*>(part.data()), part.size()};
      }
    }
    const std::size_t sent = connection_.send(std::span{parts}.first(count), error);
    bytes_sent_ += sent;
    return sent;
  }

  Reply read() {
    while (true) {
      Parser parser;
      parser.header_limit(largest_header);
      parser.body_limit(boost::none); // our reader truncates the body; Beast would fail
      parser.eager(true);
      parser.get().body().largest = request_.largest_body;
      const std::optional<Reply> trouble = read_into(parser);
      const bool has_status = parser.is_header_done();
      const unsigned status = has_status ? parser.get().result_int() : 0;
      // The status alone tells a refusal, even when the rest of the answer is missing; a success
      // must be complete.
      if (trouble && (!has_status || is_acceptance(static_cast<int>(status)))) {
        return *trouble;
      }
      const bool interim = status >= 100 && status <= 199 && status != 101;
      if (!interim) {
        is_reusable_ = parser.is_done() && parser.keep_alive() && buffer_.size() == 0;
        return {.at_proxy =
                    speaks_to_proxy() && parser.get().count(http::field::proxy_authenticate) > 0,
                .status = static_cast<int>(status),
                .location = std::string{parser.get()[http::field::location]},
                .content_type = std::string{parser.get()[http::field::content_type]},
                .retry_after = std::string{parser.get()[http::field::retry_after]},
                .date = std::string{parser.get()[http::field::date]},
                .body = std::move(parser.get().body().text)};
      }
    }
  }

  // Returns nothing when the message is complete or has reached the largest size, or else the
  // trouble.
  std::optional<Reply> read_into(Parser& parser) {
    error_code error;
    bool recognised = false;
    bool ended = false;
    while (true) {
      if (const auto bytes = buffer_.cdata(); bytes.size() > 0) {
        const std::string_view answer{static_cast<const char*>(bytes.data()), bytes.size()};
        if (!recognised && !answer.starts_with(start_of_http.substr(0, answer.size()))) {
          return in_trouble(Trouble::not_http, answer.starts_with(start_of_tls_alert)
                                                   ? "the answer is TLS; use an https URL"
                                                   : "the answer is not HTTP");
        }
        recognised = recognised || bytes.size() >= start_of_http.size();
        buffer_.consume(parser.put(bytes, error));
      }
      if (ended && (!error || error == http::error::need_more)) {
        error = http::error::end_of_stream;
        if (parser.got_some()) {
          error = {};
          parser.put_eof(error);
        }
      }
      if (error && error != http::error::need_more) {
        return trouble_of(error);
      }
      if (parser.is_done() || opens_tunnel(parser)) {
        return std::nullopt;
      }
      // Chunks of a few bytes each would let the answer be many times as long as its body.
      const bool is_enough = parser.get().body().is_full() ||
                             bytes_read_ >= largest_header + 2 * request_.largest_body;
      if (is_enough) {
        return parser.is_header_done() ? std::nullopt
                                       : std::optional{trouble_of(http::error::header_limit)};
      }
      error = read_more();
      // Many servers end a TLS connection without the closing alert.
      ended = error == asio::error::eof || error == asio::ssl::error::stream_truncated;
      if (error && !ended) {
        return trouble_of(error);
      }
      error = {};
    }
  }

  error_code read_more() {
    const asio::mutable_buffer room = buffer_.prepare(read_size);
    error_code error;
    const std::size_t size =
        connection_.receive({static_cast<char*>(room.data()), room.size()}, error);
    buffer_.commit(size);
    bytes_read_ += size;
    return error;
  }

  Reply trouble_of(const error_code& error) {
    if (error == asio::error::timed_out) {
      return in_trouble(Trouble::timed_out, "no answer in time");
    }
    if (error == asio::error::interrupted) {
      return interrupted();
    }
    if (error.category() == asio::error::get_ssl_category()) {
      is_rejected_ = is_about_our_certificate(error);
      return connection_.tls_trouble(error);
    }
    if (error == http::error::partial_message || error == http::error::end_of_stream) {
      return in_trouble(Trouble::connection_lost,
                        "the connection was closed before the answer was complete");
    }
    if (error == http::error::header_limit) {
      return in_trouble(Trouble::not_http, "the answer's header is larger than 16 KiB");
    }
    if (error.category() == http::make_error_code(http::error::need_more).category()) {
      return in_trouble(Trouble::not_http, "the answer is not HTTP: " + system_words(error));
    }
    return in_trouble(Trouble::connection_lost, "the connection was lost: " + system_words(error));
  }

  Connection& connection_;
  const HttpMessage& request_;
  beast::flat_buffer buffer_;
  std::size_t bytes_sent_ = 0;
  std::size_t bytes_read_ = 0;
  bool is_reusable_ = false;
  bool is_rejected_ = false; // for our certificate, so that the request was not read
};

} // namespace

Exchanged exchange(Connection& connection, const HttpMessage& request) {
  return Exchange{connection, request}.run();
}

} // namespace metrics_event
