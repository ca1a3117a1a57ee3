#include "file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace metrics_event {
namespace {

constexpr std::size_t largest_file = 1024UL * 1024;

std::error_code last_error() {
  return {errno, std::generic_category()};
}

boost::system::result<std::string, std::error_code> read_all(int descriptor) {
  std::string text;
  std::array<char, 16384> part{};
  while (true) {
    const ssize_t size = read(descriptor, part.data(), part.size());
    if (size == 0) {
      return text;
    }
    if (size < 0 && errno != EINTR) {
      return last_error();
    }
    text.append(part.data(), static_cast<std::size_t>(size < 0 ? 0 : size));
    if (text.size() > largest_file) {
      return std::make_error_code(std::errc::file_too_large);
    }
  }
}

} // namespace

boost::system::result<std::string, std::error_code> read_file(const std::string& path) {
  // Without waiting, should somebody have put a FIFO there.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return last_error();
  }
  auto text = read_all(descriptor);
  close(descriptor);
  return text;
}

} // namespace metrics_event
