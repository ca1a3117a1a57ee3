#include "commands/type_list.hpp"

#include "base/text.hpp"
#include "cli/command.hpp"
#include "json/writer.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

constexpr std::string_view built_in = "built in";

std::string origin_of(const EventTypes::Listed& listed) {
  return listed.origin.empty() ? std::string{built_in} : visible(listed.origin);
}

// The name of a broken declaration is that of its file, which may have any characters.
std::string name_of(const EventTypes::Listed& listed) {
  return visible(kebab_case(listed.name));
}

} // namespace

std::string events_to_text(const EventTypes& types, std::span<const Command> commands) {
  const auto all = types.all();
  std::size_t names = 0;
  std::size_t origins = 0;
  for (const EventTypes::Listed& listed : all) {
    names = std::max(names, name_of(listed).size());
    origins = std::max(origins, origin_of(listed).size());
  }
  std::string text;
  for (const EventTypes::Listed& listed : all) {
    std::string says = (listed.type != nullptr ? "" : "broken: ") + listed.says();
    if (find_command(commands, listed.name) != nullptr) {
      says.append(says.empty() ? "" : "; ").append("only by send");
    }
    text += padded(name_of(listed), names + 2) + padded(origin_of(listed), origins + 2) +
            visible(says) + '\n';
  }
  return text;
}

std::string events_to_json(const EventTypes& types) {
  const auto object = [](const EventTypes::Listed& listed) {
    std::vector<std::string> fields;
    for (const Field& field :
         listed.type == nullptr ? std::span<const Field>{} : listed.type->fields) {
      fields.emplace_back(field.name);
    }
    return JsonObject{}
        .text("name", listed.name)
        .text_or_null("origin", listed.origin)
        .raw("help", listed.type == nullptr ? "null" : json_string(listed.type->help))
        .raw("fields", json_array(fields))
        .text_or_null("error", listed.trouble)
        .str();
  };
  return '[' + joined(types.all(), ",", object) + "]\n";
}

} // namespace metrics_event
