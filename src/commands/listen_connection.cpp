#include "commands/listen_connection.hpp"

#include "base/http_date.hpp"
#include "net/beast_parser.hpp"

#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>

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
constexpr std::size_t read_size = 64UL * 1024;
constexpr std::size_t most_bytes_discarded = 16UL * 1024 * 1024;

// Returns the bytes of a response. HTTP/1.0 closes a connection and HTTP/1.1 keeps it, unless a
// field says otherwise (RFC 9112, section 9.3).
std::string response_of(const Answer& answer, bool keep_alive, unsigned version) {
  std::string text = version < 11 ? "HTTP/1.0 " : "HTTP/1.1 ";
  const auto add = [&text](std::string_view name, std::string_view value) {
    text.append(name).append(": ").append(value).append("\r\n");
  };
  const auto reason =
      http::obsolete_reason(http::int_to_status(static_cast<unsigned>(answer.status)));
  text += std::to_string(answer.status) + ' ' + std::string{reason} + "\r\n";
  if (keep_alive != (version >= 11)) {
    add("Connection", keep_alive ? "keep-alive" : "close");
  }
  add("Date",
      http_date(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())));
  if (answer.retry_after) {
    add("Retry-After", std::to_string(*answer.retry_after));
  }
  if (answer.status == 204 || answer.status == 205 || answer.status == 304) {
    return text + "\r\n";
  }
  if (!answer.body.empty()) {
    add("Content-Type", "text/plain; charset=utf-8");
  }
  add("Content-Length", std::to_string(answer.body.size()));
  return text + "\r\n" + answer.body;
}

class Connection : public std::enable_shared_from_this<Connection> {
public:
  Connection(ConnectionHost& host, tcp::socket socket) : host_{host}, stream_{std::move(socket)} {}
  ~Connection() { host_.release(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void read_request() {
    parser_.emplace();
    parser_->header_limit(largest_header);
    parser_->body_limit(largest_received_body);
    stream_.expires_after(patience_with_a_client);
    parse();
  }

private:
  // Every operation has a handler of this one type, because Asio is compiled anew for each type.
  struct Step {
    std::shared_ptr<Connection> self;
    void (Connection::*next)(error_code error, std::size_t size);

    void operator()(error_code error, std::size_t size) const { ((*self).*next)(error, size); }
  };

  void read(void (Connection::*next)(error_code, std::size_t)) {
    stream_.async_read_some(buffer_.prepare(read_size), Step{shared_from_this(), next});
  }

  void write(std::string text, void (Connection::*next)(error_code, std::size_t)) {
    text_ = std::move(text);
    asio::async_write(stream_, asio::buffer(text_), Step{shared_from_this(), next});
  }

  // Parses what was read. The parser pauses after the header, until it is told to be eager.
  void parse() {
    error_code error;
    buffer_.consume(parser_->put(buffer_.data(), error));
    if (error == http::error::body_limit) {
      refuse_large_body();
    } else if (error && error != http::error::need_more) {
      send({.status = 400, .body = "400 Bad Request\n"}, false);
    } else if (parser_->is_done()) {
      on_request();
    } else if (parser_->is_header_done() && !parser_->eager()) {
      on_header();
    } else {
      read(&Connection::on_read);
    }
  }

  void on_read(error_code error, std::size_t size) {
    buffer_.commit(size);
    if (!error) {
      parse();
    }
  }

  void on_header() {
    parser_->eager(true);
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
      write("HTTP/1.1 100 Continue\r\n\r\n", &Connection::on_invited);
    } else {
      parse();
    }
  }

  void on_invited(error_code error, std::size_t) {
    if (!error) {
      parse();
    }
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

  void send(const Answer& answer, bool keep_alive, unsigned version = 11) {
    host_.take(answer);
    keeps_connection_ = keep_alive && !host_.finished();
    write(response_of(answer, keeps_connection_, version), &Connection::on_sent);
  }

  void on_sent(error_code error, std::size_t) {
    if (host_.finished()) {
      host_.stop();
    } else if (!error && keeps_connection_) {
      read_request();
    } else {
      error_code ignored;
      stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
      if (!error && discard_after_answer_) {
        discard();
      }
    }
  }

  void discard() {
    buffer_.clear();
    read(&Connection::on_discarded);
  }

  void on_discarded(error_code error, std::size_t size) {
    bytes_discarded_ += size;
    if (!error && bytes_discarded_ < most_bytes_discarded) {
      discard();
    }
  }

  ConnectionHost& host_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{largest_received_body};
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string text_; // what is being sent
  bool keeps_connection_ = false;
  bool discard_after_answer_ = false;
  std::size_t bytes_discarded_ = 0;
};

} // namespace

void serve(tcp::socket socket, ConnectionHost& host) {
  std::make_shared<Connection>(host, std::move(socket))->read_request();
}

} // namespace metrics_event
