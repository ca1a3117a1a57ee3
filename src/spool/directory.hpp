#pragma once

#include "system/descriptor.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace metrics_event {

/// A directory of one user: a spool, or that of other state. A file that was written completely
/// survives a crash. Names are relative to the directory, and no file is opened when its name is a
/// symbolic link. Most calls return the system's error, which the caller judges; an error that
/// makes the directory unusable throws Failure (cantcreat), whose message names it.
class SpoolDirectory {
public:
  /// Opens the directory. Returns nothing when it does not exist. Throws Failure (cantcreat) when
  /// the group or others may write to it, when it belongs to another user, or when the path is a
  /// symbolic link or not a directory.
  /// `purpose` is what messages call the directory.
  static std::optional<SpoolDirectory> find(std::string path,
                                            std::string_view purpose = "the spool");

  /// Creates the directory with mode 700, unless it exists, and opens it; `with_parents` also
  /// creates the directories above it. Throws Failure (cantcreat) when that fails.
  static SpoolDirectory make(std::string path, bool with_parents,
                             std::string_view purpose = "the spool");

  /// Returns true when a missing directory can probably be created: the directory above it is
  /// writable, or `with_parents` is set. Nothing is created.
  static bool could_be_made(const std::string& path, bool with_parents);

  const std::string& path() const { return path_; }

  /// Throws Failure (cantcreat): `cannot use PURPOSE PATH: WHY`.
  [[noreturn]] void reject(const std::string& why) const;

  /// Throws Failure (cantcreat): `PURPOSE PATH WHAT`, where `what` is a predicate such as `cannot
  /// be read`; the system's error follows.
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail(const std::string& what, const std::error_code& error) const;

  /// Returns true when the name exists, even as a dangling symbolic link.
  bool has(const std::string& name) const;

  /// Returns the time of a file's last modification, or nothing when the file does not exist.
  std::optional<std::time_t> last_write(const std::string& name) const;

  /// Checks write permission for a directory, which is needed to add, rename and delete its files.
  std::error_code may_change(const std::string& name) const;

  /// Locks the directory with flock(2) until this object is destroyed. Returns
  /// errc::operation_would_block when another process holds the lock.
  std::error_code try_lock() const;

  /// Locks one byte of a file, which is created if it is missing, until the descriptor is closed.
  /// Returns errc::resource_unavailable_try_again when another process holds the lock.
  boost::system::result<Descriptor, std::error_code> try_lock_byte(const std::string& name,
                                                                   std::uint64_t byte) const;

  /// Creates a directory with mode 700. An existing one is not an error.
  std::error_code make_directory(const char* name) const;

  /// Writes a new file of mode 600 and synchronises it to the disk. After a write error, the file
  /// is removed. Returns errc::file_exists when the name is taken.
  std::error_code write_new_file(const std::string& name, std::string_view text) const;

  /// Writes a text at the end of a file of mode 600, or over its content with `replaces`, and
  /// synchronises it to the disk. Creates the file when it is missing.
  std::error_code write_lasting(const std::string& name, std::string_view text,
                                bool replaces) const;

  /// Renames a file as renameat(2) does; a file with the new name is replaced.
  std::error_code rename(const std::string& from, const std::string& to) const;

  /// Removes a file, or an empty directory that was put in its place.
  std::error_code remove(const std::string& name) const;

  /// Synchronises a directory, so that the names in it survive a crash. Throws Failure (cantcreat).
  void sync(const char* name) const;

  /// Returns the text of a file. Returns errc::file_too_large when it has more than `largest` bytes
  /// or is not a regular file.
  boost::system::result<std::string, std::error_code> read(const std::string& name,
                                                           std::size_t largest) const;

  /// Calls `visit` for every name in a directory except hidden ones. A missing directory counts as
  /// empty.
  std::error_code for_each_name(const std::string& name,
                                const std::function<void(std::string_view)>& visit) const;

private:
  SpoolDirectory(std::string_view purpose, std::string path, Descriptor directory)
      : purpose_{purpose}, path_{std::move(path)}, directory_{std::move(directory)} {}

  void check() const;
  Descriptor open_in(const std::string& name, int flags) const;

  std::string_view purpose_;
  std::string path_;
  Descriptor directory_;
};

} // namespace metrics_event
