#pragma once

#include "log_store.hpp"
#include "loopback.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event::testing {

/// What a StoringReceiver does with one push or query. By default it does what the real receiver
/// does.
struct Conduct {
  /// Replaces the answer, unless it is 0. A push is stored first, and may be refused in part.
  int status = 0;
  /// The body and the Content-Type of the answer with that status.
  std::string body{};
  std::string type = "text/plain; charset=utf-8";
  /// Lines such as `Retry-After: 1` that any answer has in addition.
  std::vector<std::string> headers{};

  /// The answer waits for this time, after a push was stored.
  std::chrono::milliseconds delay{};
  /// The answer waits no longer than until this returns true, if there is such a function.
  std::function<bool()> until{};
  /// The receiver says nothing and waits until the client goes.
  bool hangs = false;
  /// The receiver closes the connection after so many bytes of the answer.
  std::optional<std::size_t> answer_bytes{};
  /// The receiver closes the connection, without a reset, after so many bytes of the request.
  /// Nothing is stored, and the request is not counted.
  std::optional<std::size_t> request_bytes{};

  /// A push whose `stores` is false is answered as if it had been stored.
  bool stores = true;
  /// A push is stored so long after either side closed the connection, if this is not 0. The
  /// receiver closes it after its answer, or waits until the client goes if it hangs.
  std::chrono::milliseconds stores_after{};

  /// A query whose `lies` is true is answered as if nothing were stored.
  bool lies = false;

  /// Returns true when a push is stored after its connection was closed.
  bool stores_late() const { return stores && stores_after.count() > 0; }
};

/// The receiver stores a push and closes the connection without an answer.
inline const Conduct lost_answer{.answer_bytes = 0};

/// Something between the client and the receiver answers with a web page.
inline const Conduct web_page{.status = 200,
                              .body = "<!DOCTYPE html><title>Sign in</title>\n",
                              .type = "text/html; charset=utf-8"};

/// How a StoringReceiver behaves. The n-th push gets the n-th conduct of `pushes` and the last one
/// repeats; so do queries. With an empty list the receiver makes no mistakes.
struct ReceiverScript {
  StoreSettings store{};
  std::vector<Conduct> pushes{};
  std::vector<Conduct> queries{};
  bool takes_gzip = true; // otherwise a compressed push is refused with 415
};

/// A request as it was received. The names of headers are in lower case, and a body may be gzip.
struct ReceiverRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers{};
  std::string body{};

  /// Returns the value of a header, or nothing when there is none. The name is in lower case.
  std::string header(const std::string& name) const;
};

/// An HTTP receiver on a port of 127.0.0.1 that stores what is pushed, returns it to queries, and
/// counts what it stores twice. It serves Loki's push and `query_range`, or VictoriaLogs' push and
/// query, as they were measured, and fails as its script says. Every connection is served in a
/// thread of its own. The destructor ends all of them and drops what is yet to be stored. A body
/// needs a Content-Length.
class StoringReceiver {
public:
  /// Listens on a free port.
  explicit StoringReceiver(ReceiverScript script = {});

  /// Opens a port that was closed until now.
  StoringReceiver(ClosedPort port, ReceiverScript script);

  std::uint16_t port() const { return server_.port(); }

  /// Returns the URL that pushes, or queries, are sent to.
  std::string push_url() const;
  std::string query_url() const;

  /// Begins another script, from its first conduct. What was stored stays.
  void script_pushes(std::vector<Conduct> pushes);
  void script_queries(std::vector<Conduct> queries);

  /// Makes all that is stored visible to queries.
  void reveal() { store_->reveal(); }

  /// Returns how often each entry is stored.
  std::map<StoredEntry, std::size_t> copies() const { return store_->copies(); }

  /// Returns the number of all copies, of different entries, and of the copies beyond the first of
  /// each entry.
  std::size_t stored() const;
  std::size_t distinct() const { return copies().size(); }
  std::size_t duplicates() const { return stored() - distinct(); }

  /// Returns the requests that were read to their end. A request is here before anything is done
  /// with it, so that its number is that of the attempts.
  std::vector<ReceiverRequest> pushes() const;
  std::vector<ReceiverRequest> queries() const;

  /// Waits until no connection is open and nothing is yet to be stored. Throws std::runtime_error
  /// when that does not come about, as with a client that keeps its connection.
  void await_quiet() const;

private:
  // What is served at one path: its script, and the requests that have been read.
  struct Service {
    std::vector<Conduct> conducts;
    std::size_t begun = 0; // requests since the script began
    std::vector<ReceiverRequest> requests{};
  };

  StoringReceiver(Descriptor listener, ReceiverScript script);

  void begin(Service& service, std::vector<Conduct> conducts);
  Service* service_of(std::string_view target);
  Conduct next_conduct(Service& service);
  bool read(const Descriptor& client, std::string& bytes) const;
  bool read_line(const Descriptor& client, std::string& bytes) const;
  std::optional<ReceiverRequest> next_request(const Descriptor& client, std::string& bytes,
                                              std::size_t most) const;
  StoreAnswer store(const ReceiverRequest& request);
  StoreAnswer find(const LogStore& store, const ReceiverRequest& request) const;
  StoreAnswer reply_to(const Service* service, const ReceiverRequest& request,
                       const Conduct& conduct);
  bool wait_as(const Conduct& conduct) const;
  void serve(Descriptor client);

  const StoreSettings settings_;
  const bool takes_gzip_;
  const std::unique_ptr<LogStore> store_;
  mutable std::mutex mutex_;
  Service pushes_;
  Service queries_;
  LoopbackServer server_; // the last member: ended while the others still exist
};

} // namespace metrics_event::testing
