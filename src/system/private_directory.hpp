#pragma once

#include "system/descriptor.hpp"
#include "system/file.hpp"

#include <boost/system/result.hpp>

#include <sys/stat.h>

#include <cstdint>
#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace metrics_event {

/// A directory of one user, such as a spool, and the directories in it. A file that was written
/// completely survives a crash. Names are relative to the directory, and no file is opened when its
/// name is a symbolic link. Most calls return the system's error, which the caller judges; an error
/// that makes the directory unusable throws Failure (cantcreat), whose message names it.
class PrivateDirectory {
public:
  /// Opens the directory, and takes the permission to read or enter it from everybody else. Returns
  /// nothing when it does not exist. Throws Failure (cantcreat) when the group or others may write
  /// to it, when it belongs to another user, or when the path is a symbolic link or not a
  /// directory. `purpose` is what messages call the directory.
  static std::optional<PrivateDirectory> find(std::string path, std::string_view purpose);

  /// Creates the directory with mode 700, unless it exists, and opens it; `with_parents` also
  /// creates the directories above it. The new names survive a crash. Throws Failure (cantcreat)
  /// when that fails.
  static PrivateDirectory make(std::string path, bool with_parents, std::string_view purpose);

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

  /// Checks a directory in this one as `find` does. Returns false when it does not exist.
  bool check_inside(const std::string& name) const;

  /// Returns true when the name exists, even as a dangling symbolic link.
  bool has(const std::string& name) const;

  /// Returns true when the name exists and is the file that `file` is open for.
  bool has(const std::string& name, const Descriptor& file) const;

  /// Returns the time of a file's last modification, or nothing when the file does not exist.
  std::optional<std::time_t> last_write(const std::string& name) const;

  /// Checks write permission for a directory, which is needed to add, rename and delete its files.
  std::error_code may_change(const std::string& name) const;

  /// Opens a file; a new one gets mode 600. On failure, the result is empty and errno has the
  /// reason.
  Descriptor open(const std::string& name, int flags) const;

  /// Opens a regular file. For anything else the error is that of `file_kind`. Opening never waits,
  /// as it would for the writer of a FIFO.
  boost::system::result<Descriptor, std::error_code> open_regular(const std::string& name,
                                                                  int flags) const;

  /// Creates a directory with mode 700. An existing one is not an error.
  std::error_code make_directory(const char* name) const;

  /// Writes a new file of mode 600, synchronises it to the disk, and returns it, still open. With
  /// `is_locked`, it is locked with flock(2) before anything is written, if the file system has
  /// locks. After an error, the file is removed. The error is errc::file_exists when the name is
  /// taken.
  boost::system::result<Descriptor, std::error_code>
  write_new_file(const std::string& name, std::string_view text, bool is_locked = false) const;

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

  /// Returns the text of a regular file (see `open_regular`). The error is errc::file_too_large
  /// when it has more than `largest` bytes.
  boost::system::result<std::string, std::error_code> read(const std::string& name,
                                                           std::size_t largest) const;

  /// Like the other `read`, but replaces the content of `text` and reuses its memory.
  std::error_code read(const std::string& name, std::size_t largest, std::string& text) const;

  /// Calls `visit` for every name in a directory except hidden ones, until it returns false. A
  /// missing directory counts as empty.
  std::error_code for_each_name(const std::string& name, const NameVisitor& visit) const;

private:
  PrivateDirectory(std::string_view purpose, std::string path, Descriptor directory)
      : purpose_{purpose}, path_{std::move(path)}, directory_{std::move(directory)} {}

  void check();
  std::error_code open_regular(const std::string& name, int flags, Descriptor& file,
                               struct stat& status) const;

  std::string_view purpose_;
  std::string path_;
  Descriptor directory_;
  unsigned owner_ = 0; // our effective user id
};

} // namespace metrics_event
