#include "system/file.hpp"

#include "base/encoding.hpp"
#include "base/owned.hpp"
#include "base/text.hpp"
#include "system/detached.hpp"
#include "system/error.hpp"
#include "system/signals.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace metrics_event {
namespace {

using Size = boost::system::result<std::size_t, std::error_code>;

// Makes text of the bytes of a whole file.
boost::system::result<std::string, std::error_code> text_of(std::string bytes) {
  if (foreign_form(bytes)) {
    return std::make_error_code(std::errc::illegal_byte_sequence);
  }
  bytes.erase(0, bytes.size() - without_byte_order_mark(bytes).size());
  return bytes;
}

// Reads to the end of a file by calls of `read_part`.
template <class ReadPart>
boost::system::result<std::string, std::error_code> read_all(ReadPart&& read_part,
                                                             std::size_t largest) {
  std::string text;
  std::array<char, 16384> part{};
  while (true) {
    const Size size = read_part(std::span<char>{part});
    if (!size) {
      return size.error();
    }
    if (*size == 0) {
      return text_of(std::move(text));
    }
    text.append(part.data(), *size);
    if (text.size() > largest) {
      return std::make_error_code(std::errc::file_too_large);
    }
  }
}

} // namespace

boost::system::result<std::size_t, std::error_code> read_some(int descriptor, std::span<char> room,
                                                              Deadline deadline) {
  while (true) {
    if (!await_input(descriptor, deadline)) { // a file is always ready
      return wait_error();
    }
    const ssize_t size = read(descriptor, room.data(), room.size());
    if (size >= 0) {
      return static_cast<std::size_t>(size);
    }
    if (errno != EINTR && errno != EAGAIN) {
      return last_error();
    }
    if (std::chrono::steady_clock::now() >= deadline) { // or poll(2) could say "ready" for ever
      return std::make_error_code(std::errc::stream_timeout);
    }
  }
}

boost::system::result<std::string, std::error_code>
read_file(const std::string& path, Deadline deadline, std::size_t largest) {
  // O_NONBLOCK keeps open(2) from waiting for the writer of a FIFO.
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file) {
    return last_error();
  }
  return read_all([&](std::span<char> part) { return read_some(file.get(), part, deadline); },
                  largest);
}

boost::system::result<std::string, std::error_code> read_regular_file(const std::string& path,
                                                                      std::size_t largest) {
  struct stat status {};
  // Not fstat(2): the writer of a FIFO would notice that it was opened and closed again.
  if (stat(path.c_str(), &status) != 0) {
    return last_error();
  }
  if (!S_ISREG(status.st_mode)) {
    return std::make_error_code(std::errc::not_supported);
  }
  const Descriptor file{open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (!file) {
    return last_error();
  }
  const auto read_part = [&file](std::span<char> part) -> Size {
    const ssize_t size = uninterrupted([&] { return read(file.get(), part.data(), part.size()); });
    return size < 0 ? Size{last_error()} : Size{static_cast<std::size_t>(size)};
  };
  return read_all(read_part, largest);
}

boost::system::result<std::string, std::error_code>
read_file_anywhere(const std::string& path, Deadline deadline, std::size_t largest) {
  auto text = run_detached(deadline, [path, largest] { return read_regular_file(path, largest); });
  if (!text) {
    return text.error();
  }
  return text->has_error() && text->error() == std::errc::not_supported
             ? read_file(path, deadline, largest)
             : *std::move(text);
}

bool is_missing(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

std::error_code access_error(const std::string& path) {
  return error_of(access(path.c_str(), F_OK));
}

bool is_missing(const std::string& path) {
  return is_missing(access_error(path));
}

bool names_file(const std::string& text) {
  const auto is_there = [](const std::string& path) {
    const std::error_code error = access_error(path);
    return !error || (!is_missing(error) && error != std::errc::filename_too_long);
  };
  const std::size_t slash = text.rfind('/');
  return is_there(text) ||
         (slash != std::string::npos && slash > 0 && is_there(text.substr(0, slash)));
}

std::error_code visit_names(Descriptor directory, const NameVisitor& visit) {
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
    const bool may_be_regular = entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN;
    if (!name.starts_with('.') && !visit(name, may_be_regular)) {
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
  return "cannot read " + quote_path(path) + ": " +
         (error == std::errc::stream_timeout ? "nothing arrived in time"
          : error == std::errc::illegal_byte_sequence
              ? "it is UTF-16 or compressed; convert it to UTF-8"
              : system_words(error));
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
  if (stat(path.c_str(), &status) != 0 || (status.st_mode & (S_IRGRP | S_IROTH)) == 0) {
    return false;
  }
  const bool is_for_group = (status.st_mode & S_IROTH) == 0;
  // With an ACL, the bits of the group are the mask of the ACL (acl(5)), and say nothing of the
  // group. Whoever sets one has chosen who may read.
  const auto has_acl = [&path] {
    return getxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
  };
  return !is_for_group || (status.st_uid != 0 && !has_acl());
}

} // namespace metrics_event
