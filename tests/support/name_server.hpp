#pragma once

#include <string>
#include <vector>

namespace metrics_event::testing {

/// A name server that gives the same answer for every name. (The names in /etc/hosts are looked up
/// there first, and never asked for here.)
struct NameServer {
  enum class Answer { silent, no_such_name, server_failure, addresses };

  Answer answer = Answer::silent;
  std::vector<std::string> addresses{}; ///< IPv4 or IPv6 literals, with Answer::addresses only
};

/// Serves on UDP 127.0.0.1:53, bound when this returns, for as long as the process lives.
/// Throws std::system_error when the port cannot be had.
void start_name_server(const NameServer& names);

} // namespace metrics_event::testing
