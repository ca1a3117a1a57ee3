#include "event/known_types.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "schema/reader.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

constexpr std::array fields_of_a_command{
    Field{.name = "duration",
          .type = FieldType::number,
          .help = "how long COMMAND ran",
          .required = false,
          .unit = Unit::seconds,
          .measured = Measured::duration,
          .minimum = "0"},
    Field{.name = "exit_code",
          .type = FieldType::integer,
          .help = "the exit status of COMMAND",
          .required = false,
          .measured = Measured::exit_code},
    Field{.name = "status",
          .help = "how COMMAND ended, normal or abnormal",
          .required = false,
          .measured = Measured::status},
};

} // namespace

EventTypes::EventTypes(std::span<const EventType> built_in, EventSource source)
    : built_in_{built_in}, source_{std::move(source)} {}

const EventTypes::Files& EventTypes::files() const {
  if (!files_) {
    Files files;
    for (EventFile& file : source_.list ? source_.list({}) : std::vector<EventFile>{}) {
      files.insert_or_assign(file.name, std::move(file));
    }
    files_ = std::move(files);
  }
  return *files_;
}

// Null when it is declared nowhere.
const EventFile* EventTypes::file_of(std::string_view name) const {
  if (!files_ && !first_name_) {
    std::vector<EventFile> found = source_.list ? source_.list(name) : std::vector<EventFile>{};
    first_name_ = name;
    if (!found.empty()) {
      first_file_ = std::move(found.back());
    }
  }
  if (!files_ && first_name_ == name) {
    return first_file_ ? &*first_file_ : nullptr;
  }
  const auto file = files().find(name);
  return file == files().end() ? nullptr : &file->second;
}

EventTypes::Known EventTypes::read(std::string_view name, const EventFile& file) const {
  if (!file.trouble.empty()) {
    return {.trouble = file.path + ": " + file.trouble};
  }
  const auto text = source_.read(file.path);
  if (!text) {
    return {.trouble = "cannot read " + quote_path(file.path) + ": " + system_words(text.error())};
  }
  auto type = read_event_schema(*text, name, file.path);
  if (!type) {
    const SchemaMistake& mistake = type.error();
    return {.trouble = file.path + ": " + mistake.pointer + (mistake.pointer.empty() ? "" : ": ") +
                       mistake.text};
  }
  return {.type = *std::move(type)};
}

const EventType* EventTypes::find(std::string_view name) const {
  const EventFile* const file = file_of(name);
  if (file == nullptr) {
    const auto type = std::ranges::find(built_in_, name, &EventType::name);
    return type == built_in_.end() ? nullptr : &*type;
  }
  auto known = known_.find(name);
  if (known == known_.end()) {
    known = known_.emplace(name, read(name, *file)).first;
  }
  if (!known->second.type) {
    throw Failure{ExitCode::config, known->second.trouble};
  }
  return known->second.type.get();
}

std::vector<std::string> EventTypes::names() const {
  std::vector<std::string> names;
  for (const EventType& type : built_in_) {
    names.emplace_back(type.name);
  }
  for (const auto& file : files()) {
    if (std::ranges::find(built_in_, file.first, &EventType::name) == built_in_.end()) {
      names.push_back(file.first);
    }
  }
  return names;
}

std::vector<std::string> EventTypes::words() const {
  std::vector<std::string> words;
  for (const std::string& name : names()) {
    if (event_name(name) == name) {
      words.push_back(kebab_case(name));
    }
  }
  return words;
}

std::vector<EventTypes::Listed> EventTypes::all() const {
  std::vector<Listed> all;
  try {
    files();
  } catch (const Failure& failure) {
    for (const EventType& type : built_in_) {
      all.push_back({.name = std::string{type.name}, .type = &type});
    }
    all.push_back({.trouble = failure.text()});
    return all;
  }
  for (const std::string& name : names()) {
    Listed listed{.name = name, .origin = origin(name)};
    try {
      listed.type = find(name);
    } catch (const Failure& failure) {
      listed.trouble = failure.text();
    }
    all.push_back(std::move(listed));
  }
  return all;
}

std::string EventTypes::origin(std::string_view name) const {
  const EventFile* const file = file_of(name);
  return file == nullptr ? "" : file->path;
}

const EventType& EventTypes::undeclared(const std::string& name, bool measures) const {
  const auto place = undeclared_.try_emplace(name).first;
  place->second.name = place->first;
  place->second.help = "an event that is declared nowhere";
  place->second.fields = measures ? fields_of_a_command : std::span<const Field>{};
  return place->second;
}

} // namespace metrics_event
