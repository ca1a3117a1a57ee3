#pragma once

#include "base/time.hpp"
#include "commands/position.hpp"
#include "system/private_directory.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace metrics_event {

/// The directory that holds the positions of `batch --resume`, one file each. Positions that no run
/// has used for 90 days are deleted. Where a call throws Failure, it is cantcreat.
class PositionStore {
public:
  /// A stored position and the name of its file.
  struct Stored {
    std::string name;
    Position position;
    bool is_fresh = false; // used within the last day
  };

  /// Opens the directory, which is created with mode 700 if it is missing, and deletes the
  /// positions that are out of use at `now`. Throws Failure when others may write to it or it
  /// cannot be made.
  static PositionStore make(const std::string& path, Instant now);

  /// Opens the directory only to read it; nothing when it does not exist.
  static std::optional<PositionStore> find(const std::string& path, Instant now);

  /// Returns the stored position for the destination and labels of `sought` that reaches furthest
  /// in an open file, which is recognised by its content. `warn` is called with a sentence for each
  /// position that cannot be read.
  std::optional<Stored> find(int descriptor, const Position& sought,
                             const std::function<void(const std::string&)>& warn) const;

  /// Returns an unused name for a position.
  static std::string new_name(const Position& position, std::uint64_t id);

  /// Writes a position, in place of the one of that name if there is one. It survives a crash, and
  /// a crash while it is written leaves the old one. Throws Failure.
  void write(const std::string& name, const Position& position) const;

  /// Locks the file and the destination of a position until the result is destroyed; nothing when
  /// another process holds that lock. Throws Failure.
  std::optional<Descriptor> try_lock(const Position& position) const;

private:
  PositionStore(PrivateDirectory directory, Instant now)
      : directory_{std::move(directory)}, now_{now} {}

  bool is_used_within(std::chrono::seconds age, const std::string& name) const;
  void delete_old() const;

  PrivateDirectory directory_;
  Instant now_;
};

} // namespace metrics_event
