#include "temporary.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

namespace metrics_event::testing {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path) {
  throw std::system_error(errno, std::generic_category(), path.string());
}

std::string usual_parent() {
  const char* parent = std::getenv("TMPDIR");
  return parent && *parent ? parent : "/tmp";
}

} // namespace

TemporaryDirectory::TemporaryDirectory() : TemporaryDirectory(usual_parent()) {}

TemporaryDirectory TemporaryDirectory::in_memory() {
  const std::string memory = "/dev/shm";
  return TemporaryDirectory(::access(memory.c_str(), W_OK | X_OK) == 0 ? memory : usual_parent());
}

TemporaryDirectory::TemporaryDirectory(const std::string& parent) {
  std::string name = parent + "/metrics-event-XXXXXX";
  if (!::mkdtemp(name.data())) {
    fail(name);
  }
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::permissions(path_, fs::perms::owner_all, fs::perm_options::add, ignored);
  // An entry is seen before the walk descends into it, so a locked directory opens just in time.
  for (fs::recursive_directory_iterator entry(path_, ignored), end; entry != end;
       entry.increment(ignored)) {
    if (entry->symlink_status(ignored).type() == fs::file_type::directory) {
      fs::permissions(entry->path(), fs::perms::owner_all, fs::perm_options::add, ignored);
    }
  }
  fs::remove_all(path_, ignored);
}

std::string read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fail(path);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const fs::path& path, std::string_view text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) {
    fail(path);
  }
}

} // namespace metrics_event::testing
