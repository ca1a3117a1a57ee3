#include "durability.hpp"

#include "temporary.hpp"

#include <utility>

namespace metrics_event::testing {
namespace {

namespace fs = std::filesystem;

std::string above(const std::string& path) {
  return fs::path{path}.parent_path();
}

// Returns what a record of the spool keeps when its attempts are counted; empty for another file.
std::string unchanging_part(const std::string& path) {
  return path.find('+') == path.npos ? path.substr(0, path.find(",S=")) : "";
}

bool counts_attempts(const std::string& from, const std::string& to) {
  return from.find(",S=") != from.npos && !unchanging_part(from).empty() &&
         unchanging_part(from) == unchanging_part(to);
}

// Returns the path that a descriptor of a directory and a name in it stand for.
std::string path_at(const std::string& directory, const std::string& name) {
  return (fs::path{path_of_descriptor(directory)} / unquoted(name)).lexically_normal();
}

} // namespace

CrashingDisk::CrashingDisk(const fs::path& root) : root_{root} {
  add(root_, true, false);
  for (const auto& entry : fs::recursive_directory_iterator{root}) {
    add(entry.path(), entry.is_directory(), false);
    if (!entry.is_directory()) {
      files_.back().text = read_file(entry.path());
    }
  }
  for (File& file : files_) {
    file.durable_text = file.text;
  }
  durable_names_ = names_;
}

void CrashingDisk::add(const std::string& path, bool is_directory, bool is_truncated) {
  if (!path.starts_with(root_)) {
    return;
  }
  if (const auto known = names_.find(path); known == names_.end()) {
    names_.emplace(path, files_.size());
    files_.push_back({.is_directory = is_directory});
  } else if (is_truncated) {
    files_[known->second].text.clear();
  }
}

void CrashingDisk::replay(const SystemCall& call) {
  if (!call.succeeded()) {
    return;
  }
  const auto argument = [&call](std::size_t index) {
    return index < call.arguments.size() ? call.arguments[index] : "";
  };
  const std::string path = path_of_descriptor(argument(0));
  const bool creates = argument(2).find("O_CREAT") != std::string::npos;
  const bool truncates = argument(2).find("O_TRUNC") != std::string::npos;
  if (call.name == "openat" && (creates || truncates)) {
    add(path_of_descriptor(call.result), false, truncates);
  } else if (call.name == "mkdirat") {
    add(path_at(argument(0), argument(1)), true, false);
  } else if (call.name == "mkdir") {
    add(unquoted(argument(0)), true, false);
  } else if (call.name == "renameat" || call.name == "renameat2") {
    rename(path_at(argument(0), argument(1)), path_at(argument(2), argument(3)));
  } else if (call.name == "unlinkat") {
    remove(path_at(argument(0), argument(1)));
  } else if (call.name == "rmdir") {
    remove(unquoted(argument(0)));
  } else if (call.name == "fsync" || call.name == "fdatasync") {
    sync(path);
  } else if (const auto file = names_.find(path); file != names_.end() && call.name == "write") {
    files_[file->second].text += unquoted(argument(1));
  } else if (file != names_.end() && call.name == "pwrite64") { // as a counter is written
    files_[file->second].text = unquoted(argument(1));
  }
}

void CrashingDisk::rename(const std::string& from, const std::string& to) {
  const auto file = names_.find(from);
  if (file == names_.end()) {
    return;
  }
  const std::size_t index = file->second;
  names_.erase(file);
  names_[to] = index;
  const auto durable = durable_names_.find(from);
  if (counts_attempts(from, to) && durable != durable_names_.end() && durable->second == index) {
    durable_names_.erase(durable);
    durable_names_[to] = index;
  }
}

void CrashingDisk::remove(const std::string& path) {
  const auto file = names_.find(path);
  if (file == names_.end()) {
    return;
  }
  const std::size_t index = file->second;
  names_.erase(file);
  std::erase_if(durable_names_, [index](const auto& name) { return name.second == index; });
}

void CrashingDisk::sync(const std::string& path) {
  const auto file = names_.find(path);
  if (file == names_.end()) {
    return;
  }
  if (files_[file->second].is_directory) {
    sync_directory(path);
  } else {
    files_[file->second].durable_text = files_[file->second].text;
  }
}

void CrashingDisk::sync_directory(const std::string& path) {
  for (const auto& [name, index] : names_) {
    if (above(name) == path) {
      std::erase_if(durable_names_,
                    [index = index](const auto& other) { return other.second == index; });
      durable_names_[name] = index;
    }
  }
}

bool CrashingDisk::has_durable_name(const std::string& path) const {
  const auto now = names_.find(path);
  const auto later = durable_names_.find(path);
  return now != names_.end() && later != durable_names_.end() && now->second == later->second &&
         (path == root_ || has_durable_name(above(path)));
}

bool CrashingDisk::has_durable_text(const std::string& path) const {
  const auto file = names_.find(path);
  return file != names_.end() && (files_[file->second].is_directory ||
                                  files_[file->second].durable_text == files_[file->second].text);
}

bool CrashingDisk::is_durable(const std::string& path) const {
  return has_durable_name(path) && has_durable_text(path);
}

std::vector<std::string> CrashingDisk::files_in(const std::string& directory) const {
  std::vector<std::string> paths;
  for (const auto& [path, index] : names_) {
    if (above(path) == directory) {
      paths.push_back(path);
    }
  }
  return paths;
}

std::string CrashingDisk::text(const std::string& path) const {
  const auto file = names_.find(path);
  return file == names_.end() ? "" : files_[file->second].text;
}

std::map<std::string, std::string> CrashingDisk::after_crash() const {
  std::map<std::string, std::string> texts;
  for (const auto& [path, index] : durable_names_) {
    const std::string directory = above(path);
    if (!files_[index].is_directory && (path == root_ || has_durable_name(directory))) {
      texts.emplace(path, files_[index].durable_text.value_or(""));
    }
  }
  return texts;
}

} // namespace metrics_event::testing
