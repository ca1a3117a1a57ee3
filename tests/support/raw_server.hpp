#pragma once

#include "loopback.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event::testing {

/// What a RawServer does with one connection.
struct Behaviour {
  std::string reply{};      ///< raw bytes, sent after the request was read
  bool read_request = true; ///< read a header, and a body of its Content-Length, first
  int requests = 1;         ///< how many a connection serves like that, one after the other
  bool then_close = true;   ///< false: say nothing more, until the client goes
  std::string repeated{};   ///< sent after the reply, over and over, until the client goes
  bool reset = false;       ///< close so that the client sees a reset, once it has spoken
  std::size_t piece = 0;    ///< 0: send in one write; n: in writes of n bytes, not coalesced
  std::optional<std::size_t> request_bytes{}; ///< read no more than so many of the request
  std::function<std::string(const std::string& request)> answer{}; ///< makes the reply instead
};

/// A TCP server of raw bytes on a free loopback port, with a scripted behaviour: it may speak HTTP,
/// or anything else. Nobody can ask it for entries: it answers Loki's queries with 404, beside its
/// script, where it reads requests. Every connection is served in a thread of its own; the
/// destructor ends all.
class RawServer {
public:
  /// The n-th connection gets the n-th behaviour, the last one repeats. Write it with braces, which
  /// are never ambiguous: `RawServer server{{{.reply = "one"}, {.reset = true}}};`
  /// A port other than 0 is one that a ClosedPort has just given back.
  explicit RawServer(std::vector<Behaviour> script, Family family = Family::v4,
                     std::uint16_t port = 0);

  /// Opens a port that was closed until now.
  RawServer(ClosedPort port, std::vector<Behaviour> script);

  std::uint16_t port() const { return server_.port(); }

  /// The raw bytes of each request that was read to its end, in that order. A request is here
  /// before its reply is sent.
  std::vector<std::string> requests() const;

private:
  RawServer(std::vector<Behaviour> script, Descriptor listener);

  void serve(const Descriptor& client, const Behaviour& behaviour);
  std::optional<std::string> read_request(const Descriptor& client, std::size_t most);
  std::optional<std::string> read_push(const Descriptor& client, std::size_t most);

  const std::vector<Behaviour> script_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::atomic<std::size_t> queries_{0}; ///< connections that were used up by them
  LoopbackServer server_;               ///< the last member: ended while the others still exist
};

/// A correct HTTP/1.1 reply with Content-Length (none for 204) and `Connection: close`. The extra
/// headers are whole lines such as `Retry-After: 1`.
std::string http_reply(int status, std::string_view reason, std::string_view body = "",
                       const std::vector<std::string>& headers = {});

/// A listening socket on 127.0.0.1 whose accept queue is full: a further connection is neither
/// accepted nor refused, its SYNs are dropped.
class FullBacklog {
public:
  FullBacklog();

  std::uint16_t port() const;

private:
  Descriptor listener_;
  std::vector<Descriptor> fillers_;
};

} // namespace metrics_event::testing
