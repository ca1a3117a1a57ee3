#include "disk.hpp"

#include "temporary.hpp"

#include <sys/statvfs.h>
#include <unistd.h>

#include <stdexcept>

namespace metrics_event::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Words = std::vector<std::string>;

const std::map<std::string, std::string> search_path{{"PATH", "/usr/bin:/bin:/usr/sbin:/sbin"}};

struct statvfs room_of(const fs::path& path) {
  struct statvfs room {};
  check(::statvfs(path.c_str(), &room), path.c_str());
  return room;
}

bool is_root() {
  return ::geteuid() == 0;
}

} // namespace

Disk::Disk(const std::string& options, const fs::path& directory) : directory_{directory} {
  const std::string script =
      R"(mount -t tmpfs -o "$1" tmpfs "$2" && echo mounted && exec sleep infinity)";
  Words words{"--mount"};
  if (!is_root()) {
    words.emplace_back("--map-root-user");
  }
  words.insert(words.end(), {"/bin/sh", "-c", script, "sh", options, directory});
  keeper_.emplace("/usr/bin/unshare", Invocation{.arguments = words, .environment = search_path});
  try {
    is_mounted_ = keeper_->read_output_line(20s) == "mounted";
  } catch (const std::runtime_error&) { // it ended
  }
}

fs::path Disk::path() const {
  return "/proc/" + std::to_string(keeper_->pid()) + "/root" + directory_.string();
}

void Disk::remount(const std::string& options) const {
  change("/bin/mount", {"-o", "remount," + options, "tmpfs", directory_});
}

void Disk::unmount() const {
  change("/bin/umount", {"--lazy", directory_});
}

void Disk::change(const std::string& file, const Words& words) const {
  const Outcome outcome = run_inside(file, {.arguments = words, .environment = search_path});
  if (outcome.status != 0) {
    throw std::runtime_error(file + ": " + outcome.err);
  }
}

void Disk::fill_blocks(std::size_t left) const {
  fs::remove(path() / "filler");
  const auto room = room_of(path());
  write_file(path() / "filler", std::string((room.f_bfree - left) * room.f_bsize, 'x'));
}

void Disk::fill_inodes(std::size_t left) const {
  for (int number = 0; room_of(path()).f_ffree > left; ++number) {
    write_file(path() / ("filler-" + std::to_string(number)), "");
  }
}

Outcome Disk::run_inside(const std::string& file, Invocation invocation) const {
  Words words{"--target", std::to_string(keeper_->pid()), "--mount"};
  if (!is_root()) {
    words.insert(words.end(), {"--user", "--preserve-credentials"});
  }
  words.push_back(file);
  invocation.arguments.insert(invocation.arguments.begin(), words.begin(), words.end());
  return run("/usr/bin/nsenter", invocation);
}

} // namespace metrics_event::testing
