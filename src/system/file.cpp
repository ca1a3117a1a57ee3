#include "system/file.hpp"

#include "base/owned.hpp"
#include "base/text.hpp"
#include "system/error.hpp"
#include "system/signals.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace metrics_event {
namespace {

constexpr std::size_t largest_file = 1024UL * 1024;

boost::system::result<std::string, std::error_code> read_all(int descriptor, Deadline deadline) {
  std::string text;
  std::array<char, 16384> part{};
  while (true) {
    const auto size = read_some(descriptor, part, deadline);
    if (!size) {
      return size.error();
    }
    if (*size == 0) {
      return text;
    }
    text.append(part.data(), *size);
    if (text.size() > largest_file) {
      return std::make_error_code(std::errc::file_too_large);
    }
  }
}

} // namespace

boost::system::result<std::size_t, std::error_code> read_some(int descriptor, std::span<char> room,
                                                              Deadline deadline) {
  while (true) {
    if (!await_input(descriptor, deadline)) { // a file is always ready
      return std::make_error_code(noted_signal() == 0 ? std::errc::stream_timeout
                                                      : std::errc::interrupted);
    }
    const ssize_t size = read(descriptor, room.data(), room.size());
    if (size >= 0) {
      return static_cast<std::size_t>(size);
    }
    if (errno != EINTR && errno != EAGAIN) {
      return last_error();
    }
  }
}

boost::system::result<std::string, std::error_code> read_file(const std::string& path,
                                                              Deadline deadline) {
  // O_NONBLOCK keeps open(2) from waiting for the writer of a FIFO.
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  return file ? read_all(file.get(), deadline) : last_error();
}

bool is_missing(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

bool is_missing(const std::string& path) {
  return access(path.c_str(), F_OK) != 0 && is_missing(last_error());
}

bool names_file(const std::string& text) {
  const auto is_there = [](const std::string& path) {
    if (access(path.c_str(), F_OK) == 0) {
      return true;
    }
    const std::error_code error = last_error();
    return !is_missing(error) && error != std::errc::filename_too_long;
  };
  const std::size_t slash = text.rfind('/');
  return is_there(text) ||
         (slash != std::string::npos && slash > 0 && is_there(text.substr(0, slash)));
}

std::error_code visit_names(Descriptor directory,
                            const std::function<bool(std::string_view)>& visit) {
  const Owned<DIR, closedir> names{fdopendir(directory.get())};
  if (!names) {
    return last_error();
  }
  directory.release(); // closedir(3) closes it
  while (true) {
    errno = 0;
    const dirent* const entry = readdir(names.get());
    if (entry == nullptr) {
      return last_error(); // errno is 0 at the end
    }
    const std::string_view name{&entry->d_name[0]};
    if (!name.starts_with('.') && !visit(name)) {
      return {};
    }
  }
}

boost::system::result<Instant, std::error_code> modification_time(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    return last_error();
  }
  return Instant{std::chrono::seconds{status.st_mtim.tv_sec} +
                 std::chrono::nanoseconds{status.st_mtim.tv_nsec}};
}

std::string cannot_read(const std::string& path, const std::error_code& error) {
  return "cannot read " + quote(path) + ": " +
         (error == std::errc::stream_timeout ? "nothing comes in time" : system_words(error));
}

std::string read_named_file(const std::string& path, const Origin& origin, Deadline deadline) {
  auto text = read_file(path, deadline);
  if (!text) {
    throw file_failure(origin, cannot_read(path, text.error()));
  }
  return *std::move(text);
}

bool others_can_read(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && (status.st_mode & (S_IRGRP | S_IROTH)) != 0;
}

} // namespace metrics_event
