#include "system/file_kind.hpp"

#include <sys/stat.h>

#include <string>

namespace metrics_event {
namespace {

class FileKinds final : public std::error_category {
public:
  const char* name() const noexcept override { return "file kind"; }
  std::string message(int kind) const override {
    switch (kind) {
    case S_IFDIR: return "it is a directory";
    case S_IFIFO: return "it is a FIFO";
    case S_IFSOCK: return "it is a socket";
    case S_IFLNK: return "it is a symbolic link";
    case S_IFBLK:
    case S_IFCHR: return "it is a device";
    default: return "it is not a regular file";
    }
  }
};

const FileKinds& file_kinds() {
  static const FileKinds kinds;
  return kinds;
}

} // namespace

std::error_code file_kind(mode_t mode) {
  return {static_cast<int>(mode & S_IFMT), file_kinds()};
}

bool is_file_kind(const std::error_code& error) {
  return error.category() == file_kinds();
}

} // namespace metrics_event
