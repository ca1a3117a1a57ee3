#pragma once

#include "loki/entry.hpp"
#include "loki/gzip.hpp"
#include "loki/transport.hpp"

#include <span>
#include <string>

namespace metrics_event {

/// Posts entries to one receiver, one push at a time. Of many pushes, bodies of 1 KiB or more are
/// compressed until the receiver has shown that it does not accept that.
class Poster {
public:
  /// With `is_single`, no other push is expected to follow: it is not compressed, and the
  /// connection is closed after it.
  Poster(Route route, bool is_single, const Transport& transport);

  const Route& route() const { return route_; }

  /// Posts entries of one tenant, and returns the reply.
  Reply post(const std::string& org_id, std::span<const Entry> entries, Deadline deadline);

  /// Returns true when the last body was compressed and its answer may be about that. The statuses
  /// 400 and 415 may be, as long as no compressed body has been accepted.
  bool may_be_refused_as_gzip(const Reply& reply) const;

  /// Notes that the receiver accepts compressed bodies, or does not.
  void note_gzip(bool is_accepted) { gzip_use_ = is_accepted ? GzipUse::works : GzipUse::refused; }

private:
  enum class GzipUse { untried, works, refused };

  Route route_;
  bool is_single_;
  const Transport& transport_;
  std::string body_; // kept, like the next two, to reuse its memory
  std::string compressed_;
  Gzip gzip_;
  bool is_compressed_ = false; // the last body
  GzipUse gzip_use_ = GzipUse::untried;
};

} // namespace metrics_event
