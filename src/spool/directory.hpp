#pragma once

#include "system/descriptor.hpp"

#include <boost/system/result.hpp>

#include <ctime>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace metrics_event {

/// The directory of a spool: only its owner may enter it, and what is written whole in it lasts.
/// Names are relative to it, and no symbolic link is followed. Calls return the system's error for
/// the spool to judge; what makes the directory of no use throws Failure cantcreat, which names it.
class SpoolDirectory {
public:
  /// Opens the directory; nothing when it is missing. One that others may write, that belongs to
  /// somebody else, or that is a symbolic link is refused.
  static std::optional<SpoolDirectory> find(std::string path);

  /// Makes the directory and opens it; `with_parents` makes those above it as well.
  static SpoolDirectory make(std::string path, bool with_parents);

  /// Whether a missing one can be made, as far as that is known beforehand.
  static bool could_be_made(const std::string& path, bool with_parents);

  const std::string& path() const { return path_; }

  /// Throws Failure: the spool cannot be used, because.
  [[noreturn]] void refuse(const std::string& why) const;

  /// Throws Failure: the spool is full, cannot be read, and so on.
  [[noreturn]] void fail(const std::string& what) const;
  [[noreturn]] void fail(const std::string& what, const std::error_code& error) const;

  bool has(const std::string& name) const;

  /// When a file was last written; nothing when it is gone.
  std::optional<std::time_t> last_write(const std::string& name) const;

  /// Whether names in a directory may be changed.
  std::error_code may_change(const std::string& name) const;

  /// Locks the directory as long as this lives; errc::operation_would_block when somebody has.
  std::error_code try_lock() const;

  /// One that is there already is no error.
  std::error_code make_directory(const char* name) const;

  /// Writes a new file whole and onto the disk, or not at all.
  std::error_code write_new_file(const std::string& name, std::string_view text) const;

  std::error_code rename(const std::string& from, const std::string& to) const;

  /// Removes a file, or an empty directory that somebody put in its place.
  std::error_code remove(const std::string& name) const;

  /// Makes the names in a directory last. Throws Failure.
  void sync(const char* name) const;

  /// The text of a file; errc::file_too_large also for what is no file.
  boost::system::result<std::string, std::error_code> read(const std::string& name,
                                                           std::size_t largest) const;

  /// Visits every name in a directory but the hidden ones; a missing directory has none.
  std::error_code for_each_name(const std::string& name,
                                const std::function<void(std::string_view)>& visit) const;

private:
  SpoolDirectory(std::string path, Descriptor directory)
      : path_{std::move(path)}, directory_{std::move(directory)} {}

  void check() const;
  Descriptor open_in(const std::string& name, int flags) const;

  std::string path_;
  Descriptor directory_;
};

} // namespace metrics_event
