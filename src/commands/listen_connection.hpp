#pragma once

#include "commands/listen_answer.hpp"
#include "commands/listen_options.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace metrics_event {

/// What a connection needs of the receiver that let it in, and that outlives it.
class ConnectionHost {
public:
  virtual ~ConnectionHost() = default;

  /// The script's answer to the next push.
  virtual const ScriptedAnswer& scripted_answer() const = 0;

  /// Takes what an answer accepts, before the answer is sent. Throws Failure when it cannot.
  virtual void take(const Answer& answer) = 0;

  /// Whether no more pushes are wanted.
  virtual bool finished() const = 0;

  /// The last answer is sent.
  virtual void stop() = 0;

  /// A connection has ended.
  virtual void release() = 0;
};

/// Serves one client: reads requests and answers them until the client goes or is too slow.
void serve(boost::asio::ip::tcp::socket socket, ConnectionHost& host);

} // namespace metrics_event
