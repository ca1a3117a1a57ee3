#include "system/private_directory.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "system/error.hpp"
#include "system/file_kind.hpp"
#include "system/file_lock.hpp"
#include "system/lasting_directory.hpp"
#include "system/plain_umask.hpp"
#include "system/write.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

namespace metrics_event {
namespace {

constexpr mode_t file_mode = 0600;
// A file is locked by somebody else only for the moment in which that process tries its lock.
constexpr auto patience_with_lock = std::chrono::seconds{1};

// With `/` or `/.` at the end, open() would follow a symbolic link despite O_NOFOLLOW.
std::string without_slashes_at_end(std::string path) {
  while (path.size() > 1 && (path.ends_with('/') || path.ends_with("/."))) {
    path.pop_back();
  }
  return path;
}

// Takes the permission to read or enter a directory from everybody but its owner. Where others may
// write, they may have put something into it already.
template <class SetMode>
void check_access(const struct stat& status, uid_t owner, const NamedDirectory& named,
                  SetMode&& set_mode) {
  if (status.st_uid != owner) {
    named.reject("it belongs to another user");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    named.reject("other users may write to it; give it mode 700");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0 && set_mode() != 0) {
    named.reject("other users may read it; give it mode 700");
  }
}

} // namespace

std::optional<PrivateDirectory> PrivateDirectory::find(std::string path, std::string_view purpose) {
  path = without_slashes_at_end(std::move(path));
  Descriptor opened{uninterrupted(
      [&] { return ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); })};
  const std::error_code error = error_of(opened.get());
  if (error == std::errc::no_such_file_or_directory) {
    return std::nullopt;
  }
  if (error) {
    struct stat status {};
    const bool is_link = lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
    NamedDirectory{purpose, path}.reject(is_link ? "it is a symbolic link"
                                         : error == std::errc::not_a_directory
                                             ? "it is not a directory"
                                             : system_words(error));
  }
  PrivateDirectory directory{purpose, std::move(path), std::move(opened)};
  directory.check();
  return directory;
}

PrivateDirectory PrivateDirectory::make(std::string path, bool with_parents,
                                        std::string_view purpose) {
  path = without_slashes_at_end(std::move(path));
  if (with_parents) {
    make_lasting_directories({purpose, std::filesystem::path{path}.parent_path()});
  }
  make_lasting_directory({purpose, path});
  auto directory = find(path, purpose);
  if (!directory) {
    NamedDirectory{purpose, path}.reject("it disappeared");
  }
  return *std::move(directory);
}

bool PrivateDirectory::could_be_made(const std::string& path, bool with_parents) {
  return with_parents || access(above(without_slashes_at_end(path)).c_str(), W_OK | X_OK) == 0;
}

void PrivateDirectory::reject(const std::string& why) const {
  NamedDirectory{purpose_, path_}.reject(why);
}

void PrivateDirectory::fail(const std::string& what) const {
  throw Failure{ExitCode::cantcreat, std::string{purpose_} + ' ' + quote_path(path_) + ' ' + what};
}

void PrivateDirectory::fail(const std::string& what, const std::error_code& error) const {
  fail(what + ": " + system_words(error));
}

void PrivateDirectory::check() {
  owner_ = geteuid();
  struct stat status {};
  if (fstat(directory_.get(), &status) != 0) {
    reject(system_words(last_error()));
  }
  check_access(status, owner_, {purpose_, path_},
               [&] { return fchmod(directory_.get(), private_mode); });
}

bool PrivateDirectory::check_inside(const std::string& name) const {
  struct stat status {};
  if (fstatat(directory_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return errno != ENOENT; // what needs the directory meets any other error again
  }
  const std::string path = path_ + '/' + name;
  if (!S_ISDIR(status.st_mode)) {
    fail("cannot be read: " + quote(name) + " is not a directory");
  }
  check_access(status, owner_, {purpose_, path},
               [&] { return fchmodat(directory_.get(), name.c_str(), private_mode, 0); });
  return true;
}

bool PrivateDirectory::has(const std::string& name) const {
  return faccessat(directory_.get(), name.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool PrivateDirectory::has(const std::string& name, const Descriptor& file) const {
  struct stat named {};
  struct stat opened {};
  return fstatat(directory_.get(), name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         fstat(file.get(), &opened) == 0 && named.st_dev == opened.st_dev &&
         named.st_ino == opened.st_ino;
}

std::optional<std::time_t> PrivateDirectory::last_write(const std::string& name) const {
  struct stat status {};
  return fstatat(directory_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0
             ? std::optional{status.st_mtim.tv_sec}
             : std::nullopt;
}

std::error_code PrivateDirectory::may_change(const std::string& name) const {
  return error_of(faccessat(directory_.get(), name.c_str(), W_OK, 0));
}

std::error_code PrivateDirectory::make_directory(const char* name) const {
  const std::error_code error = make_directory_at(directory_.get(), name);
  return error == std::errc::file_exists ? std::error_code{} : error;
}

Descriptor PrivateDirectory::open(const std::string& name, int flags) const {
  const auto open_it = [&] {
    return Descriptor{uninterrupted([&] {
      return openat(directory_.get(), name.c_str(),
                    flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, file_mode);
    })};
  };
  if ((flags & O_CREAT) == 0) {
    return open_it();
  }
  const PlainUmask plain_umask;
  return open_it();
}

// What cannot be opened, such as a symbolic link or a socket, is looked at by its name.
std::error_code PrivateDirectory::open_regular(const std::string& name, int flags, Descriptor& file,
                                               struct stat& status) const {
  file = open(name, flags);
  const std::error_code error = file ? std::error_code{} : last_error();
  const bool is_known =
      (file ? fstat(file.get(), &status)
            : fstatat(directory_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW)) == 0;
  if (is_known && !S_ISREG(status.st_mode)) {
    return file_kind(status.st_mode);
  }
  return error || is_known ? error : last_error();
}

boost::system::result<Descriptor, std::error_code>
PrivateDirectory::open_regular(const std::string& name, int flags) const {
  Descriptor file;
  struct stat status {};
  if (const std::error_code error = open_regular(name, flags, file, status)) {
    return error;
  }
  return file;
}

boost::system::result<Descriptor, std::error_code>
PrivateDirectory::write_new_file(const std::string& name, std::string_view text,
                                 bool is_locked) const {
  Descriptor file = open(name, O_WRONLY | O_CREAT | O_EXCL);
  if (!file) {
    return last_error();
  }
  std::error_code error = is_locked ? lock_file(file, patience_with_lock) : std::error_code{};
  if (!error || has_no_locks(error)) {
    error = write_all(file.get(), text);
  }
  if (!error) {
    error = error_of(uninterrupted([&] { return fsync(file.get()); }));
  }
  if (error) {
    unlinkat(directory_.get(), name.c_str(), 0);
    return error;
  }
  return file;
}

std::error_code PrivateDirectory::write_lasting(const std::string& name, std::string_view text,
                                                bool replaces) const {
  const bool is_new = !has(name);
  const Descriptor file = open(name, O_WRONLY | O_CREAT | O_APPEND | (replaces ? O_TRUNC : 0));
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

std::error_code PrivateDirectory::rename(const std::string& from, const std::string& to) const {
  return error_of(uninterrupted(
      [&] { return renameat(directory_.get(), from.c_str(), directory_.get(), to.c_str()); }));
}

std::error_code PrivateDirectory::remove(const std::string& name) const {
  const std::error_code error =
      error_of(uninterrupted([&] { return unlinkat(directory_.get(), name.c_str(), 0); }));
  return error == std::errc::is_a_directory
             ? error_of(unlinkat(directory_.get(), name.c_str(), AT_REMOVEDIR))
             : error;
}

void PrivateDirectory::sync(const char* name) const {
  const Descriptor opened = open(name, O_RDONLY | O_DIRECTORY);
  if (!opened) {
    fail("cannot be synchronised", last_error());
  }
  sync_file(opened, {purpose_, path_});
}

boost::system::result<std::string, std::error_code>
PrivateDirectory::read(const std::string& name, std::size_t largest) const {
  std::string text;
  const std::error_code error = read(name, largest, text);
  return error ? boost::system::result<std::string, std::error_code>{error} : std::move(text);
}

std::error_code PrivateDirectory::read(const std::string& name, std::size_t largest,
                                       std::string& text) const {
  Descriptor file;
  struct stat status {};
  if (const std::error_code error = open_regular(name, O_RDONLY, file, status)) {
    return error;
  }
  if (status.st_size > static_cast<off_t>(largest)) {
    return std::make_error_code(std::errc::file_too_large);
  }
  text.resize(static_cast<std::size_t>(status.st_size));
  std::size_t size = 0;
  ssize_t part = 1;
  while (size < text.size() && part > 0) { // the file may have been truncated meanwhile
    part =
        uninterrupted([&] { return ::read(file.get(), text.data() + size, text.size() - size); });
    size += static_cast<std::size_t>(std::max<ssize_t>(part, 0));
  }
  text.resize(size);
  return part < 0 ? last_error() : std::error_code{};
}

std::error_code PrivateDirectory::for_each_name(const std::string& name,
                                                const NameVisitor& visit) const {
  Descriptor opened = open(name, O_RDONLY | O_DIRECTORY);
  if (!opened) {
    return errno == ENOENT ? std::error_code{} : last_error();
  }
  return visit_names(std::move(opened), visit);
}

} // namespace metrics_event
