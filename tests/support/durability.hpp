#pragma once

#include "strace.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace metrics_event::testing {

/// A file system that forgets, when the machine crashes, everything that was not synchronised: the
/// content of a file is durable after an fsync of the file, a name after an fsync of its directory.
/// A rename is one step, so that the old name lasts until the new one is durable. A removal may
/// reach the disk at once. A record of the spool that is renamed within its box, to count its
/// attempts, counts as if it had kept its name.
class CrashingDisk {
public:
  /// Everything below a directory, as it is now, is durable.
  explicit CrashingDisk(const std::filesystem::path& root);

  /// Does what a system call did. Files outside the root do not count.
  void replay(const SystemCall& call);

  /// Returns the paths of the files and directories directly in a directory, before a crash.
  std::vector<std::string> files_in(const std::string& directory) const;

  /// Returns the content of a file before a crash.
  std::string text(const std::string& path) const;

  /// Returns true when a file has its whole content after a crash, under whatever name.
  bool has_durable_text(const std::string& path) const;

  /// Returns true when a path leads to the same file, with its whole content, after a crash.
  bool is_durable(const std::string& path) const;

  /// Returns the paths of all files after a crash, and what they contain.
  std::map<std::string, std::string> after_crash() const;

private:
  struct File {
    bool is_directory = false;
    std::string text{};
    std::optional<std::string> durable_text{};
  };

  using Names = std::map<std::string, std::size_t>; // an index in files_ for each path

  void add(const std::string& path, bool is_directory, bool is_truncated);
  void rename(const std::string& from, const std::string& to);
  void remove(const std::string& path);
  void sync(const std::string& path);
  void sync_directory(const std::string& path);
  bool has_durable_name(const std::string& path) const;

  std::string root_;
  std::vector<File> files_;
  Names names_;
  Names durable_names_; // provided that the directory above is durable as well
};

} // namespace metrics_event::testing
