#include "commands/listen.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "commands/listen_connection.hpp"
#include "loki/status.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>

namespace metrics_event {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using namespace std::chrono_literals;

constexpr std::size_t most_connections = 256;
constexpr auto pause_after_accept_error = 100ms;
constexpr std::size_t longest_refusal = 200;

// Restores the default action of SIGINT and SIGTERM, because the loop sees no signals while stdout
// blocks. Ending the process then loses nothing: entries are acknowledged only after they are
// printed.
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

// Accepts clients up to the limit of connections, and holds the state that the connections share.
class Receiver final : public ConnectionHost {
public:
  Receiver(const ListenOptions& options, const Console& console);
  ~Receiver() override { closing_ = true; }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string url() const;
  void accept();
  void run() { io_.run(); }
  void stop() override { io_.stop(); }
  asio::io_context& io() { return io_; }

  const ScriptedAnswer& scripted_answer() const override {
    return options_.answers[std::min(next_answer_, options_.answers.size() - 1)];
  }

  // Prints the entries of an answer before it is sent, so that no acknowledged entry is lost.
  void take(const Answer& answer) override {
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
  bool finished() const override { return options_.count && entries_ >= *options_.count; }

  // A connection calls this when it ends.
  void release() override {
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
  asio::io_context io_{1}; // last: it destroys the connections, which use the members above
  tcp::acceptor acceptor_{io_};
  asio::steady_timer pause_{io_};
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
      serve(std::move(socket), *this);
    }
    if (error) { // out of descriptors, probably; one may be free again soon
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

void run_listen(const Run& run, RunOutcome&) {
  const ListenOptions options = listen_options(run.line.options, run.resolved);
  const Console& console = run.app.context.console;
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
  if (!run.context.console.is_quiet()) {
    console.say("listening on " + receiver.url());
  }
  receiver.run();
  if (timed_out && options.count && !receiver.finished()) {
    throw Failure{ExitCode::tempfail, "received " + std::to_string(receiver.entries()) + " of " +
                                          std::to_string(*options.count) + " entries in time"};
  }
}

} // namespace metrics_event
