#pragma once

#include "process.hpp"

#include <filesystem>
#include <optional>
#include <string>

namespace metrics_event::testing {

/// A small file system in memory, in a mount namespace of its own: other processes see it through
/// /proc, and it is gone with this object. Where the kernel forbids that there is none: report a
/// skipped test.
class Disk {
public:
  /// Mounts it on a directory that exists, which nobody outside the namespace notices. The options
  /// are those of tmpfs, such as `size=16k`.
  explicit Disk(const std::string& options, const std::filesystem::path& directory = "/mnt");

  /// Whether there is one.
  explicit operator bool() const { return is_mounted_; }

  /// Where it is, seen from outside the namespace.
  std::filesystem::path path() const;

  /// Changes its options, such as `ro`.
  void remount(const std::string& options) const;

  /// Takes it out of the tree; who has a file of it open keeps that.
  void unmount() const;

  /// Uses up all blocks but so many, or all inodes but so many.
  void fill_blocks(std::size_t left) const;
  void fill_inodes(std::size_t left) const;

  /// Runs a program in the namespace, as root of it.
  Outcome run_inside(const std::string& program, Invocation invocation) const;

private:
  void change(const std::string& program, const std::vector<std::string>& words) const;

  std::filesystem::path directory_;
  std::optional<Background> keeper_; ///< the process whose namespace it is
  bool is_mounted_ = false;
};

} // namespace metrics_event::testing
