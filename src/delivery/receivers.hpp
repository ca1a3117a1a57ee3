#pragma once

#include "delivery/pusher.hpp"
#include "spool/record.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>

namespace metrics_event {

/// Returns the routes to the receiver of a URL as a spool record holds it. Throws Failure when
/// there are none.
using FindRoutes = std::function<Routes(const std::string& url)>;

/// The receivers that the entries of a spool are meant for, and which of them are not tried any
/// more.
class Receivers {
public:
  Receivers(const FindRoutes& find_routes, const PushLimits& limits, const Transport& transport,
            Clock& clock)
      : find_routes_{find_routes}, limits_{limits}, transport_{transport}, clock_{clock} {}

  /// Returns the pusher for a receiver, the same one for each call. Throws Failure when there is no
  /// route to it.
  Pusher& pusher_for(const std::string& url) {
    const auto known = pushers_.find(url);
    return known != pushers_.end()
               ? known->second
               : pushers_.try_emplace(url, find_routes_(url), limits_, transport_, clock_)
                     .first->second;
  }

  /// Stops a destination, or all tenants of its receiver unless the trouble is about the tenant.
  void stop(const Destination& destination, bool is_about_tenant) {
    if (is_about_tenant) {
      stopped_.insert(destination);
    } else {
      stopped_urls_.insert(destination.url);
    }
  }

  bool is_stopped(const Destination& destination) const {
    return stopped_urls_.contains(destination.url) || stopped_.contains(destination);
  }

private:
  const FindRoutes& find_routes_;
  const PushLimits& limits_;
  const Transport& transport_;
  Clock& clock_;
  std::map<std::string, Pusher> pushers_; // by URL
  std::set<std::string> stopped_urls_;    // including all their tenants
  std::set<Destination> stopped_;
};

} // namespace metrics_event
