#pragma once

#include "system/descriptor.hpp"

#include <sys/types.h>

#include <string>
#include <string_view>
#include <system_error>

namespace metrics_event {

/// A directory as messages name it.
struct NamedDirectory {
  std::string_view purpose;
  const std::string& path;

  /// Throws Failure (cantcreat): `cannot use PURPOSE PATH: WHY`.
  [[noreturn]] void reject(const std::string& why) const;
};

/// The mode of a directory that belongs to one user alone.
inline constexpr mode_t private_mode = 0700;

/// Returns the path of the directory above a path.
std::string above(const std::string& path);

/// Creates a directory with `private_mode`, relative to an open one.
std::error_code make_directory_at(int descriptor, const char* path);

/// Synchronises a file or directory, so that a crash does not undo the change. Throws Failure
/// (cantcreat), which names the directory.
void sync_file(const Descriptor& file, const NamedDirectory& named);

/// Creates a directory whose name survives a crash, unless it exists. If that fails, a new one is
/// removed, or a later call would find it and rely on its name. Throws Failure (cantcreat).
void make_lasting_directory(const NamedDirectory& named);

/// Creates a directory like `make_lasting_directory`, and those above it.
void make_lasting_directories(const NamedDirectory& named);

} // namespace metrics_event
