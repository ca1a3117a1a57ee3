#include "spool/directory.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "system/error.hpp"
#include "system/file.hpp"
#include "system/write.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>

namespace metrics_event {
namespace {

constexpr mode_t directory_mode = 0700;
constexpr mode_t file_mode = 0600;
constexpr off_t largest_offset = std::numeric_limits<off_t>::max();

std::string without_slashes_at_end(std::string path) {
  // With a slash at the end, open() would follow a symbolic link despite O_NOFOLLOW.
  while (path.size() > 1 && path.ends_with('/')) {
    path.pop_back();
  }
  return path;
}

std::string above(const std::string& path) {
  const std::string parent = std::filesystem::path{path}.parent_path();
  return parent.empty() ? "." : parent;
}

// A directory as messages name it.
struct Named {
  std::string_view purpose;
  const std::string& path;

  [[noreturn]] void reject(const std::string& why) const {
    throw Failure{ExitCode::cantcreat,
                  "cannot use " + std::string{purpose} + ' ' + quote_path(path) + ": " + why};
  }
};

// Synchronises a file or directory, so that a crash does not undo the change.
void sync_file(const Descriptor& file, const Named& named) {
  const std::error_code error = error_of(uninterrupted([&] { return fsync(file.get()); }));
  if (error && error != std::errc::invalid_argument) { // the file system does not support fsync
    named.reject(system_words(error));
  }
}

// Sets a umask that leaves the modes of this file unchanged. The user's umask could otherwise
// remove permissions that the owner needs.
class PlainUmask {
public:
  PlainUmask() : before_{umask(S_IRWXG | S_IRWXO)} {}
  ~PlainUmask() { umask(before_); }
  PlainUmask(const PlainUmask&) = delete;
  PlainUmask& operator=(const PlainUmask&) = delete;

private:
  mode_t before_;
};

std::error_code make_directory_at(int descriptor, const char* path) {
  const PlainUmask umask;
  const std::error_code error = error_of(mkdirat(descriptor, path, directory_mode));
  return error == std::errc::file_exists ? std::error_code{} : error;
}

// Creates a directory and synchronises the one above it, so that the new name survives a crash.
void make_lasting_directory(const Named& named) {
  const std::string& path = named.path;
  if (const std::error_code error = make_directory_at(AT_FDCWD, path.c_str())) {
    named.reject(error == std::errc::no_such_file_or_directory
                     ? "the directory above it is missing, create it"
                     : system_words(error));
  }
  const Descriptor parent{
      uninterrupted([&] { return open(above(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
  if (parent) {
    sync_file(parent, named);
  } else if (errno != EACCES) { // the parent need not be readable
    named.reject(system_words(last_error()));
  }
}

void make_directories(const Named& named) {
  std::error_code ignored;
  if (!named.path.empty() && !std::filesystem::exists(named.path, ignored)) {
    make_directories({named.purpose, std::filesystem::path{named.path}.parent_path()});
    make_lasting_directory(named);
  }
}

} // namespace

std::optional<SpoolDirectory> SpoolDirectory::find(std::string path, std::string_view purpose) {
  path = without_slashes_at_end(std::move(path));
  Descriptor opened{uninterrupted(
      [&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); })};
  const std::error_code error = error_of(opened.get());
  if (error == std::errc::no_such_file_or_directory) {
    return std::nullopt;
  }
  if (error) {
    struct stat status {};
    const bool is_link = lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
    Named{purpose, path}.reject(is_link                               ? "it is a symbolic link"
                                : error == std::errc::not_a_directory ? "it is not a directory"
                                                                      : system_words(error));
  }
  SpoolDirectory directory{purpose, std::move(path), std::move(opened)};
  directory.check();
  return directory;
}

SpoolDirectory SpoolDirectory::make(std::string path, bool with_parents, std::string_view purpose) {
  path = without_slashes_at_end(std::move(path));
  if (with_parents) {
    make_directories({purpose, std::filesystem::path{path}.parent_path()});
  }
  make_lasting_directory({purpose, path});
  auto directory = find(path, purpose);
  if (!directory) {
    Named{purpose, path}.reject("it vanishes");
  }
  return *std::move(directory);
}

bool SpoolDirectory::could_be_made(const std::string& path, bool with_parents) {
  return with_parents || access(above(without_slashes_at_end(path)).c_str(), W_OK | X_OK) == 0;
}

void SpoolDirectory::reject(const std::string& why) const {
  Named{purpose_, path_}.reject(why);
}

void SpoolDirectory::fail(const std::string& what) const {
  throw Failure{ExitCode::cantcreat, std::string{purpose_} + ' ' + quote_path(path_) + ' ' + what};
}

void SpoolDirectory::fail(const std::string& what, const std::error_code& error) const {
  fail(what + ": " + system_words(error));
}

void SpoolDirectory::check() const {
  struct stat status {};
  if (fstat(directory_.get(), &status) != 0) {
    reject(system_words(last_error()));
  }
  if (status.st_uid != geteuid()) {
    reject("it belongs to another user");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    reject("others may write it, give it mode 700");
  }
}

bool SpoolDirectory::has(const std::string& name) const {
  return faccessat(directory_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

std::optional<std::time_t> SpoolDirectory::last_write(const std::string& name) const {
  struct stat status {};
  return fstatat(directory_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0
             ? std::optional{status.st_mtim.tv_sec}
             : std::nullopt;
}

std::error_code SpoolDirectory::may_change(const std::string& name) const {
  return error_of(faccessat(directory_.get(), name.c_str(), W_OK, 0));
}

std::error_code SpoolDirectory::try_lock() const {
  return error_of(uninterrupted([this] { return flock(directory_.get(), LOCK_EX | LOCK_NB); }));
}

// A lock of an open file description needs no file of its own for each thing that is locked, so no
// file has to be removed, and the kernel ends it with the process.
boost::system::result<Descriptor, std::error_code>
SpoolDirectory::try_lock_byte(const std::string& name, std::uint64_t byte) const {
  const PlainUmask umask;
  Descriptor file = open_in(name, O_RDWR | O_CREAT);
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(byte % static_cast<std::uint64_t>(largest_offset));
  lock.l_len = 1;
  if (!file || uninterrupted([&] { return fcntl(file.get(), F_OFD_SETLK, &lock); }) != 0) {
    return last_error();
  }
  return file;
}

std::error_code SpoolDirectory::make_directory(const char* name) const {
  return make_directory_at(directory_.get(), name);
}

Descriptor SpoolDirectory::open_in(const std::string& name, int flags) const {
  return Descriptor{uninterrupted([&] {
    return openat(directory_.get(), name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                  file_mode);
  })};
}

std::error_code SpoolDirectory::write_new_file(const std::string& name,
                                               std::string_view text) const {
  const PlainUmask umask;
  const Descriptor file = open_in(name, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) {
    return last_error();
  }
  std::error_code error = write_all(file.get(), text);
  if (!error) {
    error = error_of(uninterrupted([&] { return fsync(file.get()); }));
  }
  if (error) {
    unlinkat(directory_.get(), name.c_str(), 0);
  }
  return error;
}

std::error_code SpoolDirectory::write_lasting(const std::string& name, std::string_view text,
                                              bool replaces) const {
  const bool is_new = !has(name);
  const PlainUmask umask;
  const Descriptor file = open_in(name, O_WRONLY | O_CREAT | O_APPEND | (replaces ? O_TRUNC : 0));
  if (!file) {
    return last_error();
  }
  const std::error_code error = write_all(file.get(), text);
  if (error) {
    return error;
  }
  if (is_new) {
    sync(".");
  }
  return error_of(uninterrupted([&] { return fsync(file.get()); }));
}

std::error_code SpoolDirectory::rename(const std::string& from, const std::string& to) const {
  return error_of(uninterrupted(
      [&] { return renameat(directory_.get(), from.c_str(), directory_.get(), to.c_str()); }));
}

std::error_code SpoolDirectory::remove(const std::string& name) const {
  const std::error_code error =
      error_of(uninterrupted([&] { return unlinkat(directory_.get(), name.c_str(), 0); }));
  return error == std::errc::is_a_directory
             ? error_of(unlinkat(directory_.get(), name.c_str(), AT_REMOVEDIR))
             : error;
}

void SpoolDirectory::sync(const char* name) const {
  const Descriptor opened = open_in(name, O_RDONLY | O_DIRECTORY);
  if (!opened) {
    fail("cannot be synchronised", last_error());
  }
  sync_file(opened, {purpose_, path_});
}

boost::system::result<std::string, std::error_code>
SpoolDirectory::read(const std::string& name, std::size_t largest) const {
  const Descriptor file = open_in(name, O_RDONLY);
  struct stat status {};
  if (!file || fstat(file.get(), &status) != 0) {
    return last_error();
  }
  if (!S_ISREG(status.st_mode) || status.st_size > static_cast<off_t>(largest)) {
    return std::make_error_code(std::errc::file_too_large);
  }
  std::string text(static_cast<std::size_t>(status.st_size), '\0');
  std::size_t size = 0;
  ssize_t part = 1;
  while (size < text.size() && part > 0) { // the file may have been truncated meanwhile
    part =
        uninterrupted([&] { return ::read(file.get(), text.data() + size, text.size() - size); });
    size += static_cast<std::size_t>(std::max<ssize_t>(part, 0));
  }
  if (part < 0) {
    return last_error();
  }
  text.resize(size);
  return text;
}

std::error_code
SpoolDirectory::for_each_name(const std::string& name,
                              const std::function<void(std::string_view)>& visit) const {
  Descriptor opened = open_in(name, O_RDONLY | O_DIRECTORY);
  if (!opened) {
    return errno == ENOENT ? std::error_code{} : last_error();
  }
  return visit_names(std::move(opened), visit);
}

} // namespace metrics_event
