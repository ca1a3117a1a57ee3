#pragma once

#include "spool/directory.hpp"
#include "spool/record.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace metrics_event {

/// The two directories of a spool that hold entries.
enum class Box {
  waiting, // new/: entries to be delivered
  refused, // refused/: refused by the receiver, or not valid; each with a .reason file
};

/// The number of entries in a box and their total size in bytes.
struct SpoolUsage {
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;
};

/// A directory that keeps undelivered entries through kills and power cuts. It follows maildir: a
/// file is written in tmp/, synchronised, and renamed into new/, which is then synchronised as
/// well. Errors throw Failure (cantcreat), whose message names the spool, unless a function says
/// otherwise.
class Spool {
public:
  /// Opens a spool and creates it when it is missing; `with_parents` also creates the directories
  /// above it. Throws Failure (cantcreat) when the group or others may write to it, when it belongs
  /// to another user, when it is a symbolic link, or when it is a directory of another kind.
  static Spool make(const std::string& path, bool with_parents = false);

  /// Opens a spool. Returns nothing when it does not exist, and throws like `make`.
  static std::optional<Spool> find(const std::string& path);

  const std::string& path() const { return directory_.path(); }

  /// Stores a record whose delivery failed `attempts` times. When the call returns, the record
  /// survives a crash. `id` is a random number that makes the file name unique. Throws Failure
  /// (cantcreat) when the waiting entries would exceed `max_bytes` bytes.
  void add(const SpoolRecord& record, int attempts, std::uint64_t id, std::uint64_t max_bytes);

  /// Acquires the exclusive right to remove entries, which lasts until this object is destroyed;
  /// adding entries does not need it. Returns false when another process holds it. Throws Failure
  /// (cantcreat) when the files in new/ cannot be removed for lack of permission.
  bool try_lock();

  /// Counts the entries in a box; their sizes come from the file names.
  SpoolUsage usage(Box box) const;

  /// Returns the first `limit` file names that sort after `after`, oldest first. Foreign names are
  /// included.
  std::vector<std::string> names(Box box, std::string_view after, std::size_t limit) const;

  /// Returns the text of an entry's file; errc::no_such_file_or_directory means that it was
  /// removed.
  boost::system::result<std::string, std::error_code> read(Box box, const std::string& name) const;

  /// Returns the reason why an entry was refused; empty when its `.reason` file cannot be read.
  std::string reason(const std::string& name) const;

  /// Deletes an entry and its `.reason` file. An entry that does not exist is not an error.
  void remove(Box box, const std::string& name);

  /// Moves a waiting entry to refused/, because a receiver refused it or it is not valid, and
  /// writes the reason into a `.reason` file next to it.
  void set_aside(const std::string& name, const std::string& reason);

  /// Replaces a waiting entry with another record atomically, and returns its new file name.
  std::string replace(const std::string& name, const SpoolRecord& record);

  /// Adds `more` to the attempts of a waiting entry and returns its new file name. When the file
  /// cannot be renamed, the old name is returned and the count is lost.
  std::string count_attempts(const std::string& name, int more);

  /// Entries by the part of their file names that never changes (`stem_of`).
  using Stems = std::set<std::string, std::less<>>;

  /// Records, in the file `sending` and synchronised to the disk, that these entries are about to
  /// be sent. What was recorded before stays only with `keeps_earlier`.
  void note_sending(const Stems& stems, bool keeps_earlier);

  /// Replaces what `note_sending` recorded, in one step.
  void replace_sending(const Stems& stems);

  /// Returns the entries that `note_sending` recorded. The receiver may have stored those that
  /// still wait.
  Stems sending() const;

  /// Deletes the files in tmp/ that killed writers left behind, once they are 36 hours old (the
  /// rule of maildir(5)), the `.reason` files in refused/ whose entry is gone, and all `.reason`
  /// files in new/. Errors are ignored.
  void tidy();

private:
  explicit Spool(SpoolDirectory directory);

  bool has_room(std::uint64_t size, std::uint64_t max_bytes);
  void make_boxes();
  template <class Step>
  std::error_code with_boxes(Step&& step);
  void write_record(const std::string& name, std::string_view text);
  void place(const std::string& written, const std::string& path);
  void move(const std::string& from, const std::string& to);
  void for_each_entry(Box box, const std::function<void(std::string_view)>& visit) const;

  SpoolDirectory directory_;
  std::uint64_t waiting_bytes_ = 0; // in new/, as of the last look and our own additions since
  std::uint64_t added_ = 0;         // entries that this object added
  std::uint64_t added_bytes_ = 0;   // by this object since the last look
};

} // namespace metrics_event
