#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace metrics_event {

/// The name of a spool file. Names sort by entry time. As in maildir, they contain the values that
/// are needed often, so that the files need not be read:
/// `1700000000000000000.0123456789abcdef,S=312,N=1,A=3.json`. A flush of a million files holds
/// their names in memory, so this has 24 bytes.
struct SpoolName {
  Instant time;               // the entry time of the oldest entry
  std::uint64_t id = 0;       // random, so that names are unique
  std::uint32_t size = 0;     // of the file, in bytes
  std::uint16_t entries = 1;  // in the file
  std::uint16_t attempts = 0; // deliveries tried so far; it grows no further than this type allows

  /// Returns the file name in the form shown above.
  std::string text() const;

  /// Returns the part of the file name that never changes: the entry time and the random number.
  std::string stem() const;

  /// Adds deliveries to the attempts.
  void add_attempts(int more);

  /// The order of names, which is that of their stems.
  bool operator<(const SpoolName& other) const {
    return std::tie(time, id) < std::tie(other.time, other.id);
  }
};

/// Parses a file name. Returns nothing for a foreign name.
std::optional<SpoolName> parse_spool_name(std::string_view name);

/// Parses the stem of a name; its other members have their defaults. Returns nothing for a foreign
/// text.
std::optional<SpoolName> parse_spool_stem(std::string_view stem);

/// A record that takes the place of another one is in the spool before that one is removed, under a
/// name that joins both, or a kill in between would leave both: `NEW+OLD`.
struct JoinedNames {
  std::string_view name;
  std::string_view replaced; // empty: the name is not joined
};

/// Returns the joined name of a record and of the one that it replaces.
std::string joined_name(const SpoolName& name, const SpoolName& replaced);

/// Divides a joined name. Any other name is returned as it is.
JoinedNames divided_name(std::string_view name);

} // namespace metrics_event
