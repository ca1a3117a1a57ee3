#include "commands/listen_connection.hpp"

#include "base/http_date.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <array>
#include <chrono>
#include <memory>
#include <optional>

namespace metrics_event {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr auto patience_with_a_client = 30s; // the value that Loki uses
constexpr std::uint32_t largest_header = 16 * 1024;
constexpr std::size_t most_bytes_discarded = 16UL * 1024 * 1024;

class Connection : public std::enable_shared_from_this<Connection> {
public:
  Connection(ConnectionHost& host, tcp::socket socket) : host_{host}, stream_{std::move(socket)} {}
  ~Connection() { host_.release(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void read_header() {
    parser_.emplace();
    parser_->header_limit(largest_header);
    parser_->body_limit(largest_received_body);
    stream_.expires_after(patience_with_a_client);
    http::async_read_header(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](error_code error, std::size_t) { self->on_header(error); });
  }

private:
  void on_header(error_code error) {
    if (error == http::error::body_limit) {
      return refuse_large_body();
    }
    if (error) {
      return refuse_broken_request(error);
    }
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      http::async_write(stream_, invitation_,
                        [self = shared_from_this()](error_code failed, std::size_t) {
                          if (!failed) {
                            self->read_body();
                          }
                        });
    } else {
      read_body();
    }
  }

  void read_body() {
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](error_code error, std::size_t) {
                       if (error == http::error::body_limit) {
                         self->refuse_large_body();
                       } else if (error) {
                         self->refuse_broken_request(error);
                       } else {
                         self->on_request();
                       }
                     });
  }

  void on_request() {
    if (host_.finished()) {
      return; // no answer, so that the client knows the push was not accepted
    }
    const auto& message = parser_->get();
    const auto field = [&message](http::field name) -> std::optional<std::string> {
      const auto found = message.find(name);
      return found == message.end() ? std::nullopt : std::optional{std::string{found->value()}};
    };
    const Answer answer = answer_to(
        {.method = {message.method_string().data(), message.method_string().size()},
         .target = {message.target().data(), message.target().size()},
         .has_host = message.version() < 11 || message.find(http::field::host) != message.end(),
         .content_type = field(http::field::content_type),
         .content_encoding = field(http::field::content_encoding).value_or(""),
         .body = message.body()},
        host_.scripted_answer());
    // This answer may have a body although an answer to HEAD must not (RFC 9110, section 9.3.2), so
    // the connection is closed after it.
    const bool is_head = message.method() == http::verb::head;
    send(answer, message.keep_alive() && !is_head, message.version());
  }

  // Refuses a body that is too large. The rest of the request is read and discarded, because the
  // client could otherwise lose the answer to a connection reset.
  void refuse_large_body() {
    discard_after_answer_ = true;
    send(too_large(), false);
  }

  void refuse_broken_request(error_code error) {
    const bool is_http_error =
        error.category() == http::make_error_code(http::error::need_more).category();
    if (is_http_error && error != http::error::end_of_stream &&
        error != http::error::partial_message) {
      send({.status = 400, .body = "400 Bad Request\n"}, false);
    }
  }

  void send(const Answer& answer, bool keep_alive, unsigned version = 11) {
    host_.take(answer);
    response_ = {};
    response_.result(static_cast<unsigned>(answer.status));
    response_.version(version);
    keep_alive = keep_alive && !host_.finished();
    response_.keep_alive(keep_alive);
    response_.set(http::field::date, http_date(std::chrono::floor<std::chrono::seconds>(
                                         std::chrono::system_clock::now())));
    if (answer.retry_after) {
      response_.set(http::field::retry_after, std::to_string(*answer.retry_after));
    }
    if (answer.status != 204 && answer.status != 205 && answer.status != 304) {
      if (!answer.body.empty()) {
        response_.set(http::field::content_type, "text/plain; charset=utf-8");
      }
      response_.body() = answer.body;
      response_.prepare_payload();
    }
    http::async_write(stream_, response_,
                      [self = shared_from_this(), keep_alive](error_code error, std::size_t) {
                        self->on_sent(error, keep_alive);
                      });
  }

  void on_sent(error_code error, bool keep_alive) {
    if (host_.finished()) {
      host_.stop();
    } else if (!error && keep_alive) {
      read_header();
    } else {
      error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
      if (!error && discard_after_answer_) {
        discard();
      }
    }
  }

  void discard() {
    stream_.async_read_some(asio::buffer(discarded_),
                            [self = shared_from_this()](error_code error, std::size_t size) {
                              self->bytes_discarded_ += size;
                              if (!error && self->bytes_discarded_ < most_bytes_discarded) {
                                self->discard();
                              }
                            });
  }

  ConnectionHost& host_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{largest_received_body};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  http::response<http::empty_body> invitation_{http::status::continue_, 11};
  bool discard_after_answer_ = false;
  std::size_t bytes_discarded_ = 0;
  std::array<char, 4096> discarded_{};
};

} // namespace

void serve(tcp::socket socket, ConnectionHost& host) {
  std::make_shared<Connection>(host, std::move(socket))->read_header();
}

} // namespace metrics_event
