#include "system/log_file.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "system/descriptor.hpp"
#include "system/error.hpp"
#include "system/file_lock.hpp"
#include "system/write.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>

namespace metrics_event {
namespace {

constexpr mode_t mode_of_new_file = 0644; // the agent that reads the file runs as another user
constexpr std::chrono::milliseconds patience_for_lock{1000};

// A file to append to. It stays open, and locked, until the object is destroyed.
class LogFile {
public:
  LogFile(const std::string& path, Deadline deadline) : path_{path}, deadline_{deadline} {}

  void append(const std::string& text) {
    open_it();
    if (!S_ISREG(status_.st_mode)) {
      return append_to_special(text);
    }
    lock();
    while (fstat(file_.get(), &status_) == 0 && status_.st_nlink == 0) { // deleted meanwhile
      file_.reset();                                                     // and with it the lock
      open_it();
      lock();
    }
    append_to_regular(text);
  }

  void only_try() {
    if (lstat(path_.c_str(), &status_) == 0) {
      open_it();
    } else if (access(directory().c_str(), W_OK | X_OK) != 0) {
      fail(errno == ENOENT ? missing_directory : system_words(last_error()));
    }
  }

private:
  static constexpr const char* missing_directory = "its directory is missing; create it";

  [[noreturn]] void fail(const std::string& why, ExitCode code = ExitCode::cantcreat) const {
    throw Failure{code, "cannot append to " + quote(path_) + ": " + why};
  }

  std::string directory() const { return path_.substr(0, path_.rfind('/') + 1); }

  // Returns whether a user other than root and ours may create files in the directory, and so could
  // put a FIFO there that receives the lines.
  bool is_shared() const {
    struct stat status {};
    return stat(directory().c_str(), &status) != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
           (status.st_uid != 0 && status.st_uid != geteuid());
  }

  // Returns whether the path may be a link by which the system names open files, such as
  // /dev/stdout or /proc/self/fd/1.
  bool may_be_link() const {
    return (path_.starts_with("/dev/") || path_.starts_with("/proc/")) && !is_shared();
  }

  void open_it() {
    // O_NONBLOCK keeps open(2) from waiting for the reader of a FIFO or for a terminal.
    const int flags =
        O_WRONLY | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | (may_be_link() ? 0 : O_NOFOLLOW);
    file_ = Descriptor{open(path_.c_str(), flags | O_CREAT | O_EXCL, mode_of_new_file)};
    if (file_) {
      fchmod(file_.get(), mode_of_new_file); // whatever the umask is
    } else if (errno == EEXIST) {
      file_ = Descriptor{open(path_.c_str(), flags)};
      if (!file_ && errno == ENOENT && lstat(path_.c_str(), &status_) != 0) {
        return open_it(); // deleted in between
      }
    }
    if (!file_) {
      fail(why_not_opened(errno));
    }
    if (fstat(file_.get(), &status_) == 0 && S_ISFIFO(status_.st_mode) && is_shared()) {
      fail("it is a FIFO in a directory that other users may write to; use another directory");
    }
  }

  std::string why_not_opened(int error) {
    const mode_t kind = lstat(path_.c_str(), &status_) == 0 ? status_.st_mode & S_IFMT : 0;
    if (error == ENXIO && (kind == S_IFIFO || kind == S_IFSOCK)) {
      return kind == S_IFIFO ? "nobody reads the FIFO" : "it is a socket";
    }
    if (error == ELOOP && kind == S_IFLNK) {
      return "it is a symbolic link; name its target";
    }
    if (error == ENOENT) {
      return kind == S_IFLNK ? "the symbolic link is broken" : missing_directory;
    }
    return error == EISDIR ? "it is a directory" : system_words({error, std::generic_category()});
  }

  // Locks the file until it is closed, so that a partial line can be removed again. When another
  // process keeps the lock, the line is written all the same: a single write is whole or short.
  void lock() const {
    const auto left = whole_milliseconds(deadline_ - std::chrono::steady_clock::now());
    lock_file(file_, std::min(left, patience_for_lock));
  }

  // Returns whether the file ends with a line that has no newline, which ours must not continue.
  bool ends_within_line() const {
    const Descriptor reader{open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    char last = '\n';
    return status_.st_size > 0 && pread(reader.get(), &last, 1, status_.st_size - 1) == 1 &&
           last != '\n';
  }

  void append_to_regular(std::string text) {
    if (ends_within_line()) {
      text.insert(0, 1, '\n');
    }
    const off_t before = status_.st_size;
    const ssize_t written = write_some(file_.get(), text);
    if (written == static_cast<ssize_t>(text.size())) {
      return;
    }
    const std::string why =
        written < 0 ? system_words(last_error()) : "only a part was written; the disk may be full";
    // Other programs may append without the lock. The file is cut only when our part is the last.
    const bool is_ours_last =
        fstat(file_.get(), &status_) == 0 && status_.st_size == before + written;
    const bool is_undone = written <= 0 || (is_ours_last && ftruncate(file_.get(), before) == 0);
    fail(why + (is_undone ? "" : "; a part of the line remains in it"));
  }

  void append_to_special(std::string_view text) {
    // A write of more than PIPE_BUF bytes to a FIFO may interleave with others (pipe(7)).
    if (S_ISFIFO(status_.st_mode) && text.size() > PIPE_BUF) {
      fail("the line has " + std::to_string(text.size()) + " bytes, and a FIFO takes " +
               std::to_string(PIPE_BUF) + " at once",
           ExitCode::data);
    }
    const std::error_code error = write_all(file_.get(), text, deadline_);
    if (error == std::errc::stream_timeout) {
      fail("nobody read it in time; try again later", ExitCode::tempfail);
    }
    if (error) {
      fail(system_words(error));
    }
  }

  const std::string& path_;
  Deadline deadline_;
  Descriptor file_;
  struct stat status_ {};
};

} // namespace

void append_line(const std::string& path, std::string_view line, Deadline deadline) {
  LogFile{path, deadline}.append(std::string{line} + '\n');
}

bool takes_many_lines(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode); // a missing one is created
}

void try_to_append(const std::string& path) {
  LogFile{path, {}}.only_try();
}

} // namespace metrics_event
