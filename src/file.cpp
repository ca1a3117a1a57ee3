#include "file.hpp"

#include "text.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace metrics_event {
namespace {

constexpr std::size_t largest_file = 1024UL * 1024;
constexpr int patience_ms = 5000;

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
    if (size < 0 && errno == EAGAIN) {
      pollfd readable{descriptor, POLLIN, 0};
      if (poll(&readable, 1, patience_ms) == 0) {
        return std::make_error_code(std::errc::timed_out);
      }
    } else if (size < 0 && errno != EINTR) {
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
  // Without waiting for a writer, should somebody have put a FIFO there.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return last_error();
  }
  auto text = read_all(descriptor);
  close(descriptor);
  return text;
}

std::string read_named_file(const std::string& path, const Origin& origin) {
  auto text = read_file(path);
  if (!text) {
    const bool is_late = text.error() == std::errc::timed_out;
    throw file_failure(origin, "cannot read " + quote(path) + ": " +
                                   (is_late ? "nothing comes" : system_words(text.error())));
  }
  return *std::move(text);
}

Failure file_failure(const Origin& origin, const std::string& text) {
  const bool by_flag = origin.source == Origin::Source::flag;
  return {by_flag ? ExitCode::noinput : ExitCode::config, origin.name + ": " + text};
}

bool others_can_read(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

} // namespace metrics_event
