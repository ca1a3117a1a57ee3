#include "commands/event_files.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "system/error.hpp"
#include "system/file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::string_view extension = ".json";

EventFile event_file(const std::string& directory, std::string_view file_name) {
  const std::string_view stem = file_name.substr(0, file_name.size() - extension.size());
  const auto name = event_name(stem);
  std::string path = directory + (directory.ends_with('/') ? "" : "/") + std::string{file_name};
  return name ? EventFile{*name, std::move(path)}
              : EventFile{std::string{stem}, std::move(path),
                          quote(stem) + " is no event name, rename the file to letters, digits and "
                                        "dashes, such as disk-full.json"};
}

// Whether a file declares the event `name`. In each spelling a name begins with the same letter,
// which most files of a full directory do not.
bool declares(std::string_view stem, std::string_view name) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  };
  return !stem.empty() && !name.empty() && lower(stem.front()) == name.front() &&
         event_name(stem) == name;
}

// The files of a directory, or what keeps them from being read.
std::error_code list(const std::string& directory, std::optional<std::string_view> name,
                     std::vector<EventFile>& files) {
  Descriptor opened{open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened) {
    return last_error();
  }
  return visit_names(std::move(opened), [&](std::string_view file_name) {
    if (file_name.ends_with(extension) &&
        (!name || declares(file_name.substr(0, file_name.size() - extension.size()), *name))) {
      files.push_back(event_file(directory, file_name));
    }
  });
}

std::vector<EventFile> files_in(const EventDirectory& directory,
                                std::optional<std::string_view> name) {
  std::vector<EventFile> files;
  const std::error_code error = list(directory.path, name, files);
  if (error && directory.asked_by) {
    throw file_failure(*directory.asked_by, cannot_read(directory.path, error));
  }
  if (error && !is_missing(error)) {
    const bool is_mode = error == std::errc::permission_denied; // else the machine lacks something
    throw Failure{is_mode ? ExitCode::config : ExitCode::tempfail,
                  cannot_read(directory.path, error)};
  }
  std::ranges::sort(files, {}, &EventFile::path);
  return files;
}

} // namespace

std::vector<EventFile> find_event_files(const std::vector<EventDirectory>& directories,
                                        std::optional<std::string_view> name) {
  std::vector<EventFile> all;
  for (const EventDirectory& directory : directories) {
    std::vector<EventFile> files = files_in(directory, name);
    for (std::size_t i = 1; i < files.size(); ++i) {
      const auto rival = std::ranges::find(files.begin(), files.begin() + static_cast<long>(i),
                                           files[i].name, &EventFile::name);
      if (rival->path != files[i].path) {
        files[i].trouble =
            "it declares the same event as " + quote_path(rival->path) + ", remove one";
      }
    }
    all.insert(all.end(), files.begin(), files.end());
  }
  return all;
}

} // namespace metrics_event
