#pragma once

#include "spool/spool.hpp"

#include <string>

namespace metrics_event {

/// Calls `visit(box, file, attempts, record)` for each file of a box that was listed: first for the
/// records, the oldest first, then for what has another name. `record` is a DecodedRecord.
template <class Visit>
void for_each_file(const Spool& spool, Box box, const SpoolListing& listing, Visit&& visit) {
  const auto look_at = [&](const std::string& file, int attempts) {
    const auto text = spool.read(box, file);
    if (text || text.error() != std::errc::no_such_file_or_directory) { // else it has just gone
      visit(box, file, attempts, record_of(text));
    }
  };
  for (const SpoolName& name : listing.names) {
    look_at(name.text(), name.attempts);
  }
  for (const std::string& file : listing.others) {
    look_at(file, 0);
  }
}

} // namespace metrics_event
