#pragma once

#include "loki/entry.hpp"
#include "loki/query.hpp"
#include "loki/query_answer.hpp"
#include "loki/transport.hpp"
#include "system/clock.hpp"

#include <chrono>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace metrics_event {

/// The result of asking a receiver whether it has an entry.
enum class Stored {
  found,
  absent,     // it would return the entry if it had it
  unreturned, // it does not return the entry, which an agent in front of it may still have
  too_early,  // it may have the entry, and returns it a little later
  hidden,     // it may have the entry, and returns it much later
  impossible, // it cannot be asked
  unknown,    // it does not answer
};

/// Where to ask, and the way there.
struct QueryRoute {
  QueryPlace place;
  Route route; // its endpoint is that of the place
};

/// Asks one receiver which entries it has stored.
class Asker {
public:
  Asker(std::optional<QueryRoute> route, const Transport& transport, Clock& clock);

  /// Returns false when there is no place to ask, or when an answer has shown that the entries of
  /// this tenant cannot be asked for.
  bool is_possible(const std::string& org_id) const {
    return route_.has_value() && !refused_tenants_.contains(org_id);
  }

  /// Returns the time for which an accepted entry may be missing from the answers.
  std::chrono::milliseconds blind_time() const;

  /// When asking ends.
  enum class Until {
    answered, // the receiver has answered
    certain,  // in addition, the time in which it does not return every entry has passed
    found,    // every entry is found, or asking again cannot find it
  };

  /// Asks for entries of one tenant and one stream, which were sent at `sent`: with one query, and
  /// with more of them when its answer is full. Asks again, after growing pauses, until the
  /// deadline at the latest; a noted signal ends it sooner. Returns the results in the order of the
  /// entries.
  std::vector<Stored> ask(const std::string& org_id, std::span<const Entry> entries, Deadline sent,
                          Deadline deadline, Until until);

  /// Returns why the last query without an answer failed, in words; empty when there was none.
  const std::string& trouble() const { return trouble_; }

  /// Returns the HTTP status of the last answer; 0 means that there was none.
  int http_status() const { return http_status_; }

private:
  class Inquiry;

  std::optional<QueryRoute> route_;
  const Transport& transport_;
  Clock& clock_;
  std::set<std::string> refused_tenants_;
  std::string trouble_;
  int http_status_ = 0;
};

} // namespace metrics_event
