#pragma once

#include "base/exit_code.hpp"
#include "spool/spool.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace metrics_event {

/// An entry of a record that is not to be sent again, and why.
struct RefusedEntry {
  std::size_t place; // index in the record
  TimedLine entry;
  std::string reason;
};

/// The exclusive right to remove what waits in a spool, which lasts until this object is destroyed.
/// Errors throw Failure (cantcreat), whose message names the spool, unless a function says
/// otherwise.
class LockedSpool {
public:
  /// Acquires the right. Returns nothing when another process holds it. Throws Failure (cantcreat)
  /// when the files in new/ cannot be removed for lack of permission, or when the file system has
  /// no locks. The spool must outlive the object.
  static std::optional<LockedSpool> try_lock(const Spool& spool);

  const Spool& spool() const { return spool_; }

  /// Moves the records of senders that were killed from trying/ to new/, as possibly stored.
  /// Returns a Failure (cantcreat) when one of them cannot be moved; the others are all the same.
  std::optional<Failure> take_over();

  /// Lists the records that wait, after it has put the work of a killed process in order. Stops
  /// when the records that it has met have `most_entries` entries.
  SpoolListing list(std::uint64_t most_entries = std::numeric_limits<std::uint64_t>::max());

  /// Gives a file of new/ that holds this record and has a foreign name the name of a record.
  SpoolName adopt(const std::string& file, const SpoolRecord& record);

  /// Deletes records that wait. Missing ones are not an error.
  void remove(std::span<const SpoolName> names);

  /// Deletes a file of a box, which need not be a record, and its `.reason` file.
  void remove_file(Box box, const std::string& file);

  /// Replaces a waiting record by others, which survive a crash together, and returns their names.
  /// The names are always the same, so that a repetition after a kill leaves no others.
  std::vector<SpoolName> replace(const SpoolName& name, std::span<const SpoolRecord> records);

  /// Copies entries of a waiting record to refused/, a file each with the reason in a `.reason`
  /// file next to it, and returns the names of the files. A repetition overwrites them. `of` is the
  /// record without its entries.
  std::vector<std::string> refuse(const SpoolName& name, SpoolRecord of,
                                  std::span<const RefusedEntry> entries);

  /// Moves a file of new/ that is not a valid record to refused/, with the reason next to it.
  void set_aside(const std::string& file, const std::string& reason);

  /// Adds `more` to the attempts of a waiting record and returns its new name. When the file cannot
  /// be renamed, the old name is returned and the count is lost.
  SpoolName count_attempts(const SpoolName& name, int more);

  /// Deletes the files in tmp/ that killed writers left behind, once they are 36 hours old (the
  /// rule of maildir(5)), and the `.reason` files in refused/ whose entry is gone. Errors are
  /// ignored.
  void tidy();

private:
  friend class SendingFile;

  LockedSpool(const Spool& spool, Descriptor lock) : spool_{spool}, lock_{std::move(lock)} {}

  const PrivateDirectory& directory() const { return spool_.directory_; }
  std::error_code write_small(const std::string& path, std::string_view text) const;
  void write_reason(const std::string& file, const std::string& reason) const;
  bool take_over(const std::string& file);
  void move_to_waiting(const std::string& file, Descriptor opened);
  std::optional<SpoolName> finish_replacement(const std::string& joined);

  const Spool& spool_;
  Descriptor lock_;
};

} // namespace metrics_event
