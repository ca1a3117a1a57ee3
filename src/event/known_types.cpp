#include "event/known_types.hpp"

#include "base/exit_code.hpp"

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

void EventTypes::list(std::optional<std::string_view> name) const {
  if (is_all_listed_ || (name && listed_name_ == name)) {
    return;
  }
  const bool is_all = !name || listed_name_;
  for (EventFile& file : source_.list(is_all ? std::nullopt : name)) {
    files_.insert_or_assign(file.name, std::move(file));
  }
  is_all_listed_ = is_all;
  listed_name_ = name;
}

const Declaration& EventTypes::read(const EventFile& file) const {
  const auto known = declarations_.find(file.name);
  return known != declarations_.end()
             ? known->second
             : declarations_.emplace(file.name, source_.read(file)).first->second;
}

const EventType* EventTypes::find(std::string_view name) const {
  list(name);
  if (const auto file = files_.find(name); file != files_.end()) {
    const Declaration& declaration = read(file->second);
    if (!declaration) {
      throw Failure{ExitCode::config, declaration.error()};
    }
    return declaration->get();
  }
  const auto type = std::ranges::find(built_in_, name, &EventType::name);
  return type == built_in_.end() ? nullptr : &*type;
}

std::vector<EventTypes::Listed> EventTypes::all() const {
  std::vector<Listed> all;
  for (const EventType& type : built_in_) {
    all.push_back({.name = std::string{type.name}, .type = &type});
  }
  try {
    list({});
    for (const auto& [name, file] : files_) {
      const auto built_in = std::ranges::find(built_in_, name, &EventType::name);
      const auto place = static_cast<std::size_t>(built_in - built_in_.begin());
      Listed& listed = built_in == built_in_.end() ? all.emplace_back() : all[place];
      const Declaration& declaration = read(file);
      listed = {.name = name,
                .origin = file.path,
                .type = declaration ? declaration->get() : nullptr,
                .trouble = declaration ? "" : declaration.error()};
    }
  } catch (const Failure& failure) {
    all.push_back({.trouble = failure.text()});
  }
  return all;
}

std::vector<std::string> EventTypes::names() const {
  std::vector<std::string> names;
  for (const Listed& listed : all()) {
    if (event_name(listed.name) == listed.name) {
      names.push_back(kebab_case(listed.name));
    }
  }
  return names;
}

const EventType& EventTypes::undeclared(const std::string& name, bool measures) const {
  const auto place = undeclared_.try_emplace(name).first;
  place->second.name = place->first;
  place->second.help = "an undeclared event";
  place->second.fields = measures ? fields_of_a_command : std::span<const Field>{};
  return place->second;
}

} // namespace metrics_event
