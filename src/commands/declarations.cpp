#include "commands/declarations.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/option.hpp"
#include "schema/reader.hpp"
#include "schema/schema_file.hpp"
#include "settings/layers.hpp"
#include "settings/places.hpp"
#include "settings/table.hpp"
#include "system/error.hpp"
#include "system/file.hpp"

#include <fcntl.h>

#include <algorithm>
#include <iterator>
#include <map>
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
                          quote(stem) +
                              " is not a valid event name; rename the file to letters, digits and "
                              "dashes, such as disk-full.json"};
}

// Returns whether the file of this stem declares the event `name`. All spellings of a name begin
// with the same letter, so comparing it first rejects most files of a large directory cheaply.
bool declares(std::string_view stem, std::string_view name) {
  return lower_case(stem.substr(0, 1)) == name.substr(0, 1) && event_name(stem) == name;
}

// Appends the files of a directory, all of them or those that declare the event `name`. Returns the
// error that prevented reading the whole directory, if any.
std::error_code add_files(const std::string& directory, std::optional<std::string_view> name,
                          std::vector<EventFile>& files) {
  Descriptor opened{open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened) {
    return last_error();
  }
  return visit_names(std::move(opened), [&](std::string_view file_name, bool) {
    if (file_name.ends_with(extension) && file_name != meta_schema_file &&
        (!name || declares(file_name.substr(0, file_name.size() - extension.size()), *name))) {
      files.push_back(event_file(directory, file_name));
    }
    return true;
  });
}

std::vector<EventFile> files_in(const ConfigPlace& directory,
                                std::optional<std::string_view> name) {
  std::vector<EventFile> files;
  const std::error_code error = add_files(directory.path, name, files);
  if (error && directory.asked_by) {
    throw file_failure(*directory.asked_by, cannot_read(directory.path, error));
  }
  if (error && !is_missing(error)) {
    const bool is_mode = error == std::errc::permission_denied; // other errors may pass
    throw Failure{is_mode ? ExitCode::config : ExitCode::tempfail,
                  cannot_read(directory.path, error)};
  }
  std::ranges::sort(files, {}, &EventFile::path);
  std::map<std::string_view, const EventFile*> by_name;
  for (EventFile& file : files) {
    const EventFile* const first = by_name.try_emplace(file.name, &file).first->second;
    if (first != &file) {
      file.trouble = "it declares the same event as " + quote_path(first->path) + "; remove one";
    }
  }
  return files;
}

std::vector<EventFile> files_in(const std::vector<ConfigPlace>& directories,
                                std::optional<std::string_view> name) {
  std::vector<EventFile> all;
  for (const ConfigPlace& directory : directories) {
    std::ranges::move(files_in(directory, name), std::back_inserter(all));
  }
  return all;
}

// Returns the flags that no field may have, because every event has them already.
std::vector<std::string_view> taken_flags() {
  std::vector<std::string_view> flags{help_option.name, version_option.name};
  for (const Setting& setting : all_settings()) {
    if (setting.has_flag()) {
      flags.push_back(setting.name);
    }
  }
  return flags;
}

Declaration read_declaration(const EventFile& file) {
  if (!file.trouble.empty()) {
    return file.path + ": " + file.trouble;
  }
  const auto text = read_file(file.path, {}); // without waiting: a pipe here is an error
  if (!text) {
    return cannot_read(file.path, text.error());
  }
  const std::vector<std::string_view> flags = taken_flags();
  const auto type =
      read_event_schema(*text, file.name, file.path, {flags, is_variable_of_settings});
  if (!type) {
    const auto& [pointer, mistake] = type.error();
    return file.path + ": " + pointer + (pointer.empty() ? "" : ": ") + mistake;
  }
  return *type;
}

} // namespace

EventTypes event_types(const App& app, std::span<const std::string> arguments) {
  return EventTypes{
      app.events,
      {.list = [directories = event_directories(app.config_directories, app.environment,
                                                last_value(arguments, "events"))](
                   std::optional<std::string_view> name) { return files_in(directories, name); },
       .read = read_declaration}};
}

} // namespace metrics_event
