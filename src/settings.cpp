#include "settings.hpp"

#include "exit_code.hpp"

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

using Kind = Setting::Kind;
using Source = Origin::Source;

[[noreturn]] void blame(const Origin& origin, const std::string& text) {
  throw Failure{origin.source == Source::flag ? ExitCode::usage : ExitCode::config,
                origin.name + ": " + text};
}

void apply(Settings& settings, const GivenSetting& given) {
  if (const auto mismatch = given.setting->assign(settings, given.text)) {
    blame(given.origin, mismatch->text);
  }
}

// A variable holds one item of a list a line.
void add_from_variable(Layer& layer, const Setting& setting, const std::string& variable,
                       std::string_view text) {
  while (!text.empty()) {
    const std::size_t end =
        setting.kind == Kind::list ? std::min(text.find('\n'), text.size()) : text.size();
    if (end > 0) {
      layer.push_back(
          {&setting, std::string{text.substr(0, end)}, {Source::environment, variable}});
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Rules across settings, before any I/O.
void check(const Resolved& resolved) {
  const auto label = resolved.origins.find("label");
  if (label == resolved.origins.end()) {
    return;
  }
  const std::size_t labels = resolved.settings.labels.size();
  if (labels == 0) {
    blame(label->second,
          "the last label is removed, and a stream needs one; give another, such as job=NAME");
  }
  if (labels > most_labels) {
    blame(label->second, "expected at most " + std::to_string(most_labels) + " labels, got " +
                             std::to_string(labels));
  }
}

// Applies what the layers give: for a list everything, else what the highest layer that has the
// setting gives. All of that is looked at, although only the last value stays. Returns the origin.
Origin apply_layers(Settings& settings, const Setting& setting, const std::vector<Layer>& layers) {
  const GivenSetting by_default{&setting, std::string{setting.default_text}, {}};
  std::vector<const GivenSetting*> winners{&by_default};
  for (const Layer& layer : layers) {
    bool replaced = setting.kind == Kind::list;
    for (const GivenSetting& given : layer) {
      if (given.setting == &setting) {
        if (!std::exchange(replaced, true)) {
          winners.clear();
        }
        winners.push_back(&given);
      }
    }
  }
  for (const GivenSetting* winner : winners) {
    if (winner != &by_default || !by_default.text.empty()) {
      apply(settings, *winner);
    }
  }
  return winners.back()->origin;
}

} // namespace

std::string_view shown_default(const Setting& setting) {
  return setting.kind == Kind::toggle ? std::string_view{} : setting.default_text;
}

std::string variable_name(const Setting& setting) {
  std::string name = "METRICS_EVENT_";
  for (const char c : setting.name) {
    name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

GivenSetting given_by_flag(const Setting& setting, std::string text) {
  return {&setting, std::move(text), {Source::flag, "--" + std::string{setting.name}}};
}

Layer environment_layer(const Environment& environment) {
  Layer layer;
  for (const Setting& setting : all_settings()) {
    std::string variable = variable_name(setting);
    auto text = environment(variable);
    for (const std::string_view fallback : setting.fallback_variables) {
      if (text && !text->empty()) {
        break;
      }
      variable = fallback;
      text = environment(variable);
    }
    if (text) {
      add_from_variable(layer, setting, variable, *text);
    }
  }
  return layer;
}

Resolved resolve(const std::vector<Layer>& layers, std::span<const std::string_view> only) {
  Resolved resolved;
  for (const Setting& setting : all_settings()) {
    if (only.empty() || std::ranges::find(only, setting.name) != only.end()) {
      resolved.origins.emplace(setting.name, apply_layers(resolved.settings, setting, layers));
    }
  }
  check(resolved);
  return resolved;
}

Output output_of(const std::vector<Layer>& layers) {
  Settings settings;
  for (const Layer& layer : layers) {
    for (const GivenSetting& given : layer) {
      if (given.setting->name == "output") {
        given.setting->assign(settings, given.text);
      }
    }
  }
  return settings.output;
}

} // namespace metrics_event
