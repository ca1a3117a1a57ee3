#pragma once

#include "commands/listen_answer.hpp"
#include "commands/listen_options.hpp"

#include <boost/asio/ip/tcp.hpp>

namespace metrics_event {

/// The functions of the listener that a connection calls. The listener must outlive the connection.
class ConnectionHost {
public:
  virtual ~ConnectionHost() = default;

  /// Returns the script's answer to the next push.
  virtual const ScriptedAnswer& scripted_answer() const = 0;

  /// Processes the entries of an answer before the answer is sent. Throws Failure when that fails.
  virtual void take(const Answer& answer) = 0;

  /// Returns whether no further pushes are wanted.
  virtual bool finished() const = 0;

  /// Ends the listener. A connection calls this once it has sent the last answer.
  virtual void stop() = 0;

  /// Tells the listener that a connection has ended.
  virtual void release() = 0;
};

/// Serves one client: reads and answers requests until the client disconnects or is too slow.
void serve(boost::asio::ip::tcp::socket socket, ConnectionHost& host);

} // namespace metrics_event
