#pragma once

#include "commands/run.hpp"
#include "delivery/pusher.hpp"

#include <map>
#include <string>

namespace metrics_event {

/// The routes to the receivers that the entries of a spool are meant for. Each gets the settings
/// that apply to its URL; credentials of the configured receiver go to no other server.
class FlushRoutes {
public:
  explicit FlushRoutes(const Run& run) : run_{run} {}

  /// Returns the routes to a URL as a spool record holds it, opened once. Throws Failure when there
  /// are none.
  const Routes& find(const std::string& url);

private:
  Routes open(const std::string& url) const;
  Resolved resolve_for(const std::string& url) const;

  const Run& run_;
  std::map<std::string, Routes> routes_; // by URL, so that each reads its files once
};

} // namespace metrics_event
