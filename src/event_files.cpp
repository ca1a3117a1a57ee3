#include "event_files.hpp"

#include "exit_code.hpp"
#include "file.hpp"
#include "text.hpp"

#include <algorithm>
#include <filesystem>

namespace metrics_event {
namespace {

namespace fs = std::filesystem;

EventFile event_file(const fs::path& path) {
  const std::string stem = path.stem();
  const auto name = event_name(stem);
  return name ? EventFile{*name, path}
              : EventFile{stem, path,
                          quote(stem) + " is no event name, rename the file to letters, digits and "
                                        "dashes, such as disk-full.json"};
}

std::vector<EventFile> files_in(const EventDirectory& directory) {
  std::vector<EventFile> files;
  std::error_code error;
  for (fs::directory_iterator it{directory.path, error}, end; !error && it != end;
       it.increment(error)) {
    const fs::path& path = it->path();
    if (path.extension() == ".json" && !path.filename().string().starts_with('.')) {
      files.push_back(event_file(path));
    }
  }
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

std::vector<EventFile> find_event_files(const std::vector<EventDirectory>& directories) {
  std::vector<EventFile> all;
  for (const EventDirectory& directory : directories) {
    std::vector<EventFile> files = files_in(directory);
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
