#include "system/lasting_directory.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "system/error.hpp"
#include "system/plain_umask.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

namespace metrics_event {
namespace {

// Synchronises the directory above one, so that its name survives a crash.
void sync_above(const NamedDirectory& named) {
  const Descriptor parent{uninterrupted(
      [&] { return ::open(above(named.path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); })};
  if (parent) {
    sync_file(parent, named);
  } else if (errno != EACCES) { // the parent need not be readable
    named.reject(system_words(last_error()));
  }
}

} // namespace

void NamedDirectory::reject(const std::string& why) const {
  throw Failure{ExitCode::cantcreat,
                "cannot use " + std::string{purpose} + ' ' + quote_path(path) + ": " + why};
}

std::string above(const std::string& path) {
  const std::string parent = std::filesystem::path{path}.parent_path();
  return parent.empty() ? "." : parent;
}

std::error_code make_directory_at(int descriptor, const char* path) {
  const PlainUmask plain_umask;
  return error_of(mkdirat(descriptor, path, private_mode));
}

void sync_file(const Descriptor& file, const NamedDirectory& named) {
  const std::error_code error = error_of(uninterrupted([&] { return fsync(file.get()); }));
  if (error && error != std::errc::invalid_argument) { // the file system does not support fsync
    named.reject(system_words(error));
  }
}

void make_lasting_directory(const NamedDirectory& named) {
  const std::string& path = named.path;
  const std::error_code error = make_directory_at(AT_FDCWD, path.c_str());
  if (error && error != std::errc::file_exists) {
    named.reject(error == std::errc::no_such_file_or_directory
                     ? "its parent directory is missing; create it"
                     : system_words(error));
  }
  try {
    sync_above(named);
  } catch (const Failure&) {
    if (!error) {
      rmdir(path.c_str());
    }
    throw;
  }
}

void make_lasting_directories(const NamedDirectory& named) {
  std::error_code ignored;
  if (!named.path.empty() && !std::filesystem::exists(named.path, ignored)) {
    make_lasting_directories({named.purpose, std::filesystem::path{named.path}.parent_path()});
    make_lasting_directory(named);
  }
}

} // namespace metrics_event
