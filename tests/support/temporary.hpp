#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace metrics_event::testing {

/// A new, empty, private directory under $TMPDIR or /tmp. It is removed with all it contains,
/// whatever modes a test has given to that.
class TemporaryDirectory {
public:
  TemporaryDirectory();

  /// The same in memory, where there is a place for that: a sync costs nothing there.
  static TemporaryDirectory in_memory();

  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

private:
  explicit TemporaryDirectory(const std::string& parent);

  std::filesystem::path path_;
};

/// The whole content of a file; throws std::system_error when it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Makes the text the whole content of a file; throws std::system_error when it cannot be written.
void write_file(const std::filesystem::path& path, std::string_view text);

} // namespace metrics_event::testing
