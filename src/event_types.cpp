#include "event_types.hpp"

#include "event_schema.hpp"
#include "exit_code.hpp"
#include "text.hpp"

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
    for (EventFile& file : source_.list ? source_.list() : std::vector<EventFile>{}) {
      files.insert_or_assign(file.name, std::move(file));
    }
    files_ = std::move(files);
  }
  return *files_;
}

const EventType* EventTypes::find(std::string_view name) const {
  if (const auto known = declared_.find(name); known != declared_.end()) {
    return known->second.get();
  }
  const auto file = files().find(name);
  if (file == files().end()) {
    const auto type = std::ranges::find(built_in_, name, &EventType::name);
    return type == built_in_.end() ? nullptr : &*type;
  }
  const std::string& path = file->second.path;
  if (!file->second.trouble.empty()) {
    throw Failure{ExitCode::config, path + ": " + file->second.trouble};
  }
  const auto text = source_.read(path);
  if (!text) {
    throw Failure{ExitCode::config,
                  "cannot read " + quote_path(path) + ": " + system_words(text.error())};
  }
  auto type = read_event_schema(*text, name, path);
  if (!type) {
    const SchemaMistake& mistake = type.error();
    throw Failure{ExitCode::config, path + ": " + mistake.pointer +
                                        (mistake.pointer.empty() ? "" : ": ") + mistake.text};
  }
  return declared_.emplace(name, *std::move(type)).first->second.get();
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

std::vector<EventTypes::Listed> EventTypes::all() const {
  std::vector<Listed> all;
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
  const auto file = files().find(name);
  return file == files().end() ? "" : file->second.path;
}

const EventType& EventTypes::undeclared(const std::string& name, bool measures) const {
  const auto place = undeclared_.try_emplace(name).first;
  place->second.name = place->first;
  place->second.help = "an event that is declared nowhere";
  place->second.fields = measures ? fields_of_a_command : std::span<const Field>{};
  return place->second;
}

} // namespace metrics_event
