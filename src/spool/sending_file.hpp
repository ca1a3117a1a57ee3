#pragma once

#include "spool/locked_spool.hpp"

#include <set>
#include <span>

namespace metrics_event {

/// The file `sending` of a spool, which carries from one process to the next which records a
/// receiver may have stored although they still wait. Errors throw Failure (cantcreat).
class SendingFile {
public:
  /// Names of records, of which only what never changes counts.
  using Names = std::set<SpoolName>;

  /// The spool must outlive the object.
  explicit SendingFile(const LockedSpool& spool) : spool_{spool} {}

  /// Records that these records are about to be sent. When the call returns, the names survive a
  /// crash. What was recorded before stays only with `keeps_earlier`.
  void add(std::span<const SpoolName> names, bool keeps_earlier) const;

  /// Replaces all names in one step.
  void replace(const Names& names) const;

  /// Returns the names.
  Names read() const;

private:
  const LockedSpool& spool_;
};

} // namespace metrics_event
