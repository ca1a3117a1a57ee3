#include "listen.hpp"

#include "exit_code.hpp"
#include "judgement.hpp"
#include "receiver.hpp"
#include "text.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
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

constexpr auto patience_with_a_client = 30s; // as Loki has it
constexpr std::size_t most_connections = 256;
constexpr std::uint32_t largest_header = 16 * 1024;
constexpr auto pause_after_accept_error = 100ms;
constexpr std::size_t longest_refusal = 200;
constexpr std::size_t most_bytes_discarded = 16UL * 1024 * 1024;

// While stdout blocks, the loop does not see signals: then they end the process by themselves.
// Nothing is lost by that, because nothing that is not printed is answered.
class DefaultSignals {
public:
  DefaultSignals() {
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    sigaction(SIGINT, &by_default, &interrupt_);
    sigaction(SIGTERM, &by_default, &terminate_);
  }
  ~DefaultSignals() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGTERM, &terminate_, nullptr);
  }
  DefaultSignals(const DefaultSignals&) = delete;
  DefaultSignals& operator=(const DefaultSignals&) = delete;

private:
  struct sigaction interrupt_ {};
  struct sigaction terminate_ {};
};

// Accepts clients as long as there is room, and keeps what all of them share.
class Receiver {
public:
  Receiver(const ListenOptions& options, const Console& console);
  ~Receiver() { closing_ = true; }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url() const;
  void accept();
  void run() { io_.run(); }
  void stop() { io_.stop(); }
  asio::io_context& io() { return io_; }

  const ScriptedAnswer& scripted_answer() const {
    return options_.answers[std::min(next_answer_, options_.answers.size() - 1)];
  }

  // Prints what an answer accepts; before it is sent, so that nothing is acknowledged and then
  // lost.
  void take(const Answer& answer) {
    next_answer_ += answer.scripted ? 1 : 0;
    std::string lines;
    for (const Entry& entry : answer.accepted) {
      lines += describe(entry, options_.output);
    }
    if (!lines.empty()) {
      const DefaultSignals while_stdout_may_block;
      console_.print(lines);
    }
    entries_ += answer.accepted.size();
    if (options_.verbose && !is_acceptance(answer.status)) {
      console_.say("answered " + std::to_string(answer.status) + ": " +
                   printable(answer.body, longest_refusal));
    }
  }

  std::uint64_t entries() const { return entries_; }
  bool finished() const { return options_.count && entries_ >= *options_.count; }

  // A connection says this when it ends.
  void release() {
    --connections_;
    if (full_ && !closing_) {
      full_ = false;
      accept();
    }
  }

private:
  const ListenOptions& options_;
  const Console& console_;
  std::size_t next_answer_ = 0;
  std::uint64_t entries_ = 0;
  std::size_t connections_ = 0;
  bool full_ = false;
  bool closing_ = false;
  asio::io_context io_{1}; // its end is the end of the connections, which still use what is above
  tcp::acceptor acceptor_{io_};
  asio::steady_timer pause_{io_};
};

// One client: reads requests and answers them until the client goes or is too slow.
class Connection : public std::enable_shared_from_this<Connection> {
public:
  Connection(Receiver& receiver, tcp::socket socket)
      : receiver_{receiver}, stream_{std::move(socket)} {}
  ~Connection() { receiver_.release(); }
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
    if (receiver_.finished()) {
      return; // unanswered, so the client knows that it was not taken
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
        receiver_.scripted_answer());
    // An answer to HEAD has no body, so nothing may follow the one that we give.
    const bool is_head = message.method() == http::verb::head;
    send(answer, message.keep_alive() && !is_head, message.version());
  }

  // The rest of the request is read and dropped, or the client could lose the answer to a reset.
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
    receiver_.take(answer);
    response_ = {};
    response_.result(static_cast<unsigned>(answer.status));
    response_.version(version);
    keep_alive = keep_alive && !receiver_.finished();
    response_.keep_alive(keep_alive);
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
    if (receiver_.finished()) {
      receiver_.stop();
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

  Receiver& receiver_;
  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{largest_received_body};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  http::response<http::empty_body> invitation_{http::status::continue_, 11};
  bool discard_after_answer_ = false;
  std::size_t bytes_discarded_ = 0;
  std::array<char, 4096> discarded_{};
};

Receiver::Receiver(const ListenOptions& options, const Console& console)
    : options_{options}, console_{console} {
  error_code error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  if (error) {
    throw Failure{ExitCode::usage, "--address: expected an address such as 127.0.0.1 or ::1, got " +
                                       quote(options.address)};
  }
  const tcp::endpoint endpoint{address, options.port};
  acceptor_.open(endpoint.protocol(), error);
  if (!error) {
    acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
    acceptor_.bind(endpoint, error);
  }
  if (!error) {
    acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  }
  if (error) {
    const bool taken = error == asio::error::address_in_use;
    throw Failure{
        ExitCode::unavailable,
        "cannot listen on " + options.address + " port " + std::to_string(options.port) + ": " +
            system_words(error) +
            (taken ? "; --port 0 picks a free port" : "; choose another --address or --port")};
  }
}

std::string Receiver::url() const {
  const tcp::endpoint endpoint = acceptor_.local_endpoint();
  return Endpoint{.host = endpoint.address().to_string(),
                  .port = endpoint.port(),
                  .target = std::string{push_path}}
      .url();
}

void Receiver::accept() {
  acceptor_.async_accept([this](error_code error, tcp::socket socket) {
    if (!error) {
      ++connections_;
      std::make_shared<Connection>(*this, std::move(socket))->read_header();
    }
    if (error) { // descriptors ran out; one may be free again in a moment
      pause_.expires_after(pause_after_accept_error);
      pause_.async_wait([this](error_code cancelled) {
        if (!cancelled) {
          accept();
        }
      });
    } else if (connections_ < most_connections) {
      accept();
    } else {
      full_ = true;
    }
  });
}

} // namespace

void listen(const ListenOptions& options, const Console& console) {
  Receiver receiver{options, console};

  asio::signal_set signals{receiver.io(), SIGINT, SIGTERM};
  signals.async_wait([&](error_code, int) { receiver.stop(); });

  bool timed_out = false;
  asio::steady_timer timer{receiver.io()};
  if (options.timeout) {
    timer.expires_after(*options.timeout);
    timer.async_wait([&](error_code) {
      timed_out = true;
      receiver.stop();
    });
  }
  receiver.accept();
  console.say("listening on " + receiver.url());
  receiver.run();
  if (timed_out && options.count && !receiver.finished()) {
    throw Failure{ExitCode::tempfail, "received " + std::to_string(receiver.entries()) + " of " +
                                          std::to_string(*options.count) + " entries in time"};
  }
}

} // namespace metrics_event
