#include "spool.hpp"

#include "exit_code.hpp"
#include "text.hpp"
#include "value.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <memory>

namespace metrics_event {
namespace {

constexpr mode_t directory_mode = 0700;
constexpr mode_t file_mode = 0600;
constexpr std::size_t largest_record = 16UL * 1024 * 1024; // a push of 1 MiB, escaped once more
constexpr auto age_of_leftovers = std::chrono::hours{36};
constexpr std::array boxes{"refused", "new", "tmp"}; // whoever finds tmp/ finds the others

std::error_code last_error() {
  return {errno, std::generic_category()};
}

// Calls again what a signal has interrupted.
template <class Call>
auto persistently(Call call) {
  while (true) {
    const auto result = call();
    if (result >= 0 || errno != EINTR) {
      return result;
    }
  }
}

std::string name_of(Box box) {
  return box == Box::waiting ? "new" : "refused";
}

std::string path_in(Box box, const std::string& name) {
  return name_of(box) + '/' + name;
}

// The file beside an entry that says why it was refused.
std::string reason_of(const std::string& name) {
  return name + ".reason";
}

bool is_reason(std::string_view name) {
  return name.ends_with(".reason");
}

std::string without_slashes_at_end(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) { // or a link would be followed
    path.pop_back();
  }
  return path;
}

[[noreturn]] void refuse_spool(const std::string& path, const std::string& why) {
  throw Failure{ExitCode::cantcreat, "cannot use the spool " + quote_path(path) + ": " + why};
}

int open_directory(const std::string& path) {
  return persistently(
      [&] { return open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC); });
}

// What a crash must not undo.
void sync_and_close(int descriptor, const std::string& path) {
  const int result = persistently([descriptor] { return fsync(descriptor); });
  const std::error_code error = last_error();
  close(descriptor);
  if (result != 0 &&
      error != std::errc::invalid_argument) { // a file system that knows no such thing
    refuse_spool(path, system_words(error));
  }
}

// So that what is made has its very mode.
class PlainUmask {
public:
  PlainUmask() : before_{umask(S_IRWXG | S_IRWXO)} {}
  ~PlainUmask() { umask(before_); }
  PlainUmask(const PlainUmask&) = delete;
  PlainUmask& operator=(const PlainUmask&) = delete;

private:
  mode_t before_;
};

// True when it is there.
bool made_directory(int above, const char* path) {
  const PlainUmask umask;
  return mkdirat(above, path, directory_mode) == 0 || errno == EEXIST;
}

// Makes a directory that lasts.
void make_directory(const std::string& path) {
  if (!made_directory(AT_FDCWD, path.c_str())) {
    refuse_spool(path, errno == ENOENT ? "the directory above it is missing, create it"
                                       : system_words(last_error()));
  }
  const std::string above = std::filesystem::path{path}.parent_path();
  const int parent = persistently([&] {
    return open(above.empty() ? "." : above.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  });
  if (parent >= 0) {
    sync_and_close(parent, path);
  } else if (errno != EACCES) { // it need not be readable
    refuse_spool(path, system_words(last_error()));
  }
}

void make_directories(const std::string& path) {
  std::error_code ignored;
  if (!path.empty() && !std::filesystem::exists(path, ignored)) {
    make_directories(std::filesystem::path{path}.parent_path());
    make_directory(path);
  }
}

void check_directory(int descriptor, const std::string& path) {
  struct stat status {};
  if (fstat(descriptor, &status) != 0) {
    refuse_spool(path, system_words(last_error()));
  }
  if (status.st_uid != geteuid()) {
    refuse_spool(path, "it belongs to another user");
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    refuse_spool(path, "others may write it, give it mode 700");
  }
  // Other things have such directories as well, mail above all.
  const auto has = [descriptor](const char* box) {
    return faccessat(descriptor, box, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
  };
  if (!has("refused") && (has("new") || has("tmp"))) {
    refuse_spool(path, "it is something else: it has no directory refused");
  }
}

using Directory = std::unique_ptr<DIR, int (*)(DIR*)>;

// Calls `visit(name)` for every file of a directory; takes the descriptor.
template <class Visit>
bool for_each_name(int descriptor, Visit&& visit) {
  const Directory directory{fdopendir(descriptor), closedir};
  if (!directory) {
    close(descriptor);
    return false;
  }
  while (true) {
    errno = 0;
    const dirent* const file = readdir(directory.get());
    if (file == nullptr) {
      return errno == 0;
    }
    const std::string_view name{&file->d_name[0]};
    if (!name.starts_with('.')) {
      visit(name);
    }
  }
}

} // namespace

Spool Spool::make(const SpoolPlace& place) {
  if (auto spool = find(place)) {
    return *std::move(spool);
  }
  const std::string path = without_slashes_at_end(place.directory);
  if (place.is_usual) {
    make_directories(std::filesystem::path{path}.parent_path());
  }
  make_directory(path);
  auto spool = find(place);
  if (!spool) {
    refuse_spool(path, "it vanishes");
  }
  spool->make_boxes();
  return *std::move(spool);
}

bool Spool::could_be_made(const SpoolPlace& place) {
  const std::string above =
      std::filesystem::path{without_slashes_at_end(place.directory)}.parent_path();
  return place.is_usual || access(above.empty() ? "." : above.c_str(), W_OK | X_OK) == 0;
}

std::optional<Spool> Spool::find(const SpoolPlace& place) {
  std::string path = without_slashes_at_end(place.directory);
  const int descriptor = open_directory(path);
  if (descriptor < 0 && errno == ENOENT) {
    return std::nullopt;
  }
  if (descriptor < 0) {
    struct stat status {};
    const int error = errno;
    const bool is_link = lstat(path.c_str(), &status) == 0 && S_ISLNK(status.st_mode);
    refuse_spool(path, is_link            ? "it is a symbolic link"
                       : error == ENOTDIR ? "it is not a directory"
                                          : system_words({error, std::generic_category()}));
  }
  Spool spool{std::move(path), descriptor};
  check_directory(descriptor, spool.path_);
  return spool;
}

Spool::~Spool() {
  close(directory_);
}

void Spool::fail(const std::string& what) const {
  throw Failure{ExitCode::cantcreat, "the spool " + quote_path(path_) + ' ' + what};
}

void Spool::fail_with_errno(const std::string& what) const {
  fail(what + ": " + system_words(last_error()));
}

void Spool::make_boxes() {
  for (const char* const box : boxes) {
    if (!made_directory(directory_, box)) {
      fail_with_errno("cannot be made");
    }
  }
  sync(".");
}

int Spool::open_in(const std::string& name, int flags) const {
  return persistently([&] {
    return openat(directory_, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, file_mode);
  });
}

void Spool::sync(const char* box) const {
  const int descriptor = open_in(box, O_RDONLY | O_DIRECTORY);
  if (descriptor < 0) {
    fail_with_errno("cannot be synchronised");
  }
  sync_and_close(descriptor, path_);
}

// Whole and on the disk, or not at all.
bool Spool::write_new_file(const std::string& name, std::string_view text) const {
  const PlainUmask umask;
  const int descriptor = open_in(name, O_WRONLY | O_CREAT | O_EXCL);
  if (descriptor < 0) {
    return false;
  }
  while (!text.empty()) {
    const ssize_t written =
        persistently([&] { return write(descriptor, text.data(), text.size()); });
    if (written < 0) {
      break;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  const bool is_whole =
      text.empty() && persistently([descriptor] { return fsync(descriptor); }) == 0;
  const int error = errno;
  close(descriptor);
  if (!is_whole) {
    unlinkat(directory_, name.c_str(), 0);
  }
  errno = error;
  return is_whole;
}

void Spool::write_record(const std::string& name, std::string_view text) {
  const std::string path = "tmp/" + name;
  if (write_new_file(path, text)) {
    return;
  }
  if (errno == ENOENT) { // somebody made the directory, and left the rest to us
    make_boxes();
    if (write_new_file(path, text)) {
      return;
    }
  }
  fail_with_errno("cannot keep an entry");
}

void Spool::rename(const std::string& from, const std::string& to) {
  if (persistently([&] { return renameat(directory_, from.c_str(), directory_, to.c_str()); }) !=
      0) {
    const int error = errno;
    if (from.starts_with("tmp/")) {
      unlinkat(directory_, from.c_str(), 0);
    }
    errno = error;
    fail_with_errno("cannot move an entry");
  }
}

void Spool::add(const SpoolRecord& record, int attempts, std::uint64_t id,
                std::uint64_t max_bytes) {
  const std::string text = encode(record);
  if (usage(Box::waiting).bytes + text.size() > max_bytes) {
    fail("is full, --spool-max-bytes is " + byte_size(max_bytes) +
         "; empty it with metrics-event flush");
  }
  const std::string name = SpoolName{record.entry.time, id, text.size(), attempts}.text();
  write_record(name, text);
  const std::string waiting = path_in(Box::waiting, name);
  if (renameat(directory_, ("tmp/" + name).c_str(), directory_, waiting.c_str()) != 0) {
    if (errno == ENOENT) { // somebody has taken new/ away
      make_boxes();
    }
    rename("tmp/" + name, waiting);
  }
  try {
    sync("new");
  } catch (const Failure&) { // what the caller takes for lost must not arrive beside its repetition
    unlinkat(directory_, waiting.c_str(), 0);
    throw;
  }
}

bool Spool::try_lock() {
  // What is delivered could otherwise not be deleted, and would be delivered again and again.
  if (faccessat(directory_, "new", W_OK, 0) != 0 && errno != ENOENT) {
    fail_with_errno("cannot be changed");
  }
  if (persistently([this] { return flock(directory_, LOCK_EX | LOCK_NB); }) == 0) {
    return true;
  }
  if (errno != EWOULDBLOCK) {
    fail_with_errno("cannot be locked");
  }
  return false;
}

SpoolUsage Spool::usage(Box box) const {
  SpoolUsage usage;
  const int descriptor = open_in(name_of(box), O_RDONLY | O_DIRECTORY);
  if (descriptor < 0 && errno == ENOENT) {
    return usage;
  }
  const bool is_read = descriptor >= 0 && for_each_name(descriptor, [&](std::string_view name) {
                         if (is_reason(name)) {
                           return;
                         }
                         usage.entries += 1;
                         usage.bytes += size_in(name);
                       });
  if (!is_read) {
    fail_with_errno("cannot be read");
  }
  return usage;
}

std::vector<std::string> Spool::names(Box box, std::string_view after, std::size_t limit) const {
  std::vector<std::string> oldest; // a heap, the newest on top, so that memory has a bound
  const int descriptor = open_in(name_of(box), O_RDONLY | O_DIRECTORY);
  if (descriptor < 0 && errno == ENOENT) {
    return oldest;
  }
  const bool is_read = descriptor >= 0 && for_each_name(descriptor, [&](std::string_view name) {
                         if (name <= after || is_reason(name) ||
                             (oldest.size() == limit && name >= oldest.front())) {
                           return;
                         }
                         if (oldest.size() == limit) {
                           std::ranges::pop_heap(oldest);
                           oldest.pop_back();
                         }
                         oldest.emplace_back(name);
                         std::ranges::push_heap(oldest);
                       });
  if (!is_read) {
    fail_with_errno("cannot be read");
  }
  std::ranges::sort_heap(oldest);
  return oldest;
}

boost::system::result<std::string, std::error_code> Spool::read(Box box,
                                                                const std::string& name) const {
  const int descriptor = open_in(path_in(box, name), O_RDONLY);
  struct stat status {};
  std::error_code error;
  std::string text;
  if (descriptor < 0 || fstat(descriptor, &status) != 0) {
    error = last_error();
  } else if (!S_ISREG(status.st_mode) || status.st_size > static_cast<off_t>(largest_record)) {
    error = std::make_error_code(std::errc::file_too_large);
  } else {
    text.resize(static_cast<std::size_t>(status.st_size));
    std::size_t size = 0;
    ssize_t part = 0;
    while (size < text.size() && (part = persistently([&] {
                                    return ::read(descriptor, text.data() + size,
                                                  text.size() - size);
                                  })) > 0) {
      size += static_cast<std::size_t>(part);
    }
    text.resize(size);
    error = part < 0 ? last_error() : std::error_code{};
  }
  if (descriptor >= 0) {
    close(descriptor);
  }
  if (error) {
    return error;
  }
  return text;
}

std::string Spool::reason(const std::string& name) const {
  auto text = read(Box::refused, reason_of(name));
  return text ? text->substr(0, text->find('\n')) : "";
}

void Spool::remove(Box box, const std::string& name) {
  const std::string path = path_in(box, name);
  int result = persistently([&] { return unlinkat(directory_, path.c_str(), 0); });
  if (result != 0 && errno == EISDIR) { // somebody put it there, and it was set aside
    result = unlinkat(directory_, path.c_str(), AT_REMOVEDIR);
  }
  if (result != 0 && errno != ENOENT) {
    fail_with_errno("cannot let " + quote(path) + " go");
  }
  if (box == Box::refused) {
    unlinkat(directory_, path_in(box, reason_of(name)).c_str(), 0);
  }
}

void Spool::refuse(const std::string& name, const std::string& reason) {
  const std::string beside = path_in(Box::refused, reason_of(name));
  unlinkat(directory_, beside.c_str(), 0); // of an attempt that was cut short
  if (!write_new_file(beside, reason + '\n') && errno == ENOENT) {
    make_boxes();
    write_new_file(beside, reason + '\n'); // without it is better than in the way of the others
  }
  rename(path_in(Box::waiting, name), path_in(Box::refused, name));
}

std::string Spool::replace(const std::string& name, const SpoolRecord& record) {
  const std::string text = encode(record);
  const SpoolName old = parse_spool_name(name).value_or(SpoolName{});
  std::string renewed = SpoolName{record.entry.time, old.id, text.size(), old.attempts}.text();
  write_record(renewed, text);
  rename("tmp/" + renewed, path_in(Box::waiting, name)); // never two of it, never none
  rename(path_in(Box::waiting, name), path_in(Box::waiting, renewed));
  sync("new");
  return renewed;
}

std::string Spool::count_attempts(const std::string& name, int more) {
  auto counted = parse_spool_name(name);
  if (!counted) {
    return name;
  }
  counted->attempts += more;
  const std::string renamed = counted->text();
  const int result = renameat(directory_, path_in(Box::waiting, name).c_str(), directory_,
                              path_in(Box::waiting, renamed).c_str());
  return result == 0 ? renamed : name;
}

void Spool::tidy() {
  const std::time_t oldest =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() - age_of_leftovers);
  const auto has_file = [this](const std::string& path, struct stat& status) {
    return fstatat(directory_, path.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
  };
  const auto tidy_box = [&](const std::string& box, auto&& is_left_behind) {
    const int descriptor = open_in(box, O_RDONLY | O_DIRECTORY);
    if (descriptor >= 0) {
      for_each_name(descriptor, [&](std::string_view name) {
        if (is_left_behind(name)) {
          unlinkat(directory_, (box + '/').append(name).c_str(), 0);
        }
      });
    }
  };
  tidy_box("tmp", [&](std::string_view name) {
    struct stat status {};
    return parse_spool_name(name) && has_file("tmp/" + std::string{name}, status) &&
           status.st_mtim.tv_sec < oldest;
  });
  tidy_box("refused", [&](std::string_view name) { // its entry was moved back
    struct stat status {};
    return is_reason(name) &&
           !has_file("refused/" + std::string{name.substr(0, name.rfind('.'))}, status);
  });
  tidy_box("new", is_reason); // moved back with its entry
}

} // namespace metrics_event
