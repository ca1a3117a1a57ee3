#include "settings/layers.hpp"

#include "settings/rules.hpp"

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

using Kind = Setting::Kind;
using Source = Origin::Source;

void apply(Settings& settings, const GivenSetting& given) {
  if (const auto mismatch = given.setting->assign(settings, given.text)) {
    blame(given.origin, mismatch->text);
  }
}

// Adds the value of a variable to the layer. For a list, each line of the variable is one item.
void add_from_variable(Layer& layer, const Setting& setting, const std::string& variable,
                       std::string_view text, bool (*applies)(const Settings&) = nullptr) {
  while (!text.empty()) {
    const std::size_t end =
        setting.kind == Kind::list ? std::min(text.find('\n'), text.size()) : text.size();
    if (end > 0) {
      layer.push_back(
          {&setting, std::string{text.substr(0, end)}, {Source::environment, variable}, applies});
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Applies the values of a setting and returns the origin of the last one. A list takes the values
// of all layers, another setting only that of the highest layer that has it. A repeated flag is
// checked each time, although only its last value stays.
Origin apply_layers(Settings& settings, const Setting& setting, const std::vector<Layer>& layers) {
  std::vector<const GivenSetting*> winners;
  for (const Layer& layer : layers) {
    bool is_first = true;
    for (const GivenSetting& given : layer) {
      if (given.setting != &setting || (given.applies != nullptr && !given.applies(settings))) {
        continue;
      }
      const bool replaces = std::exchange(is_first, false) || given.origin.source != Source::flag;
      if (replaces && setting.kind != Kind::list) {
        winners.clear();
      }
      winners.push_back(&given);
    }
  }
  const bool keeps_default = winners.empty() || setting.kind == Kind::list;
  if (keeps_default && !setting.default_text.empty()) {
    setting.assign(settings, setting.default_text);
  }
  for (const GivenSetting* winner : winners) {
    apply(settings, *winner);
  }
  return winners.empty() ? Origin{} : winners.back()->origin;
}

} // namespace

GivenSetting given_by_flag(const Setting& setting, std::string text) {
  return {&setting, std::move(text), {Source::flag, "--" + std::string{setting.name}}};
}

Layer environment_layer(const Environment& environment) {
  Layer layer;
  const auto add = [&](const Setting& setting, const std::string& variable,
                       bool (*applies)(const Settings&) = nullptr) {
    if (const auto text = environment(variable)) {
      add_from_variable(layer, setting, variable, *text, applies);
    }
  };
  for (const Setting& setting : all_settings()) {
    for (std::size_t i = setting.fallback_variables.size(); i-- > 0;) {
      const FallbackVariable& fallback = setting.fallback_variables[i];
      add(setting, std::string{fallback.name}, fallback.applies);
    }
    add(setting, variable_name(setting));
  }
  return layer;
}

Resolved resolve(const std::vector<Layer>& layers, std::string_view heeded) {
  Resolved resolved;
  std::vector<std::pair<const Setting*, Failure>> doubtful; // bad values that may play no part
  for (const Setting& setting : all_settings()) { // in order, as `applies` reads earlier ones
    const bool is_heeded = names_setting(heeded, setting);
    try {
      const Origin origin = apply_layers(resolved.settings, setting, layers);
      if (is_heeded) {
        resolved.origins.emplace(setting.name, origin);
      }
    } catch (const Failure& failure) {
      if (is_heeded && (setting.matters == nullptr || failure.code() == ExitCode::usage)) {
        throw;
      }
      if (is_heeded) {
        doubtful.emplace_back(&setting, failure);
        resolved.origins.emplace(setting.name, Origin{});
      }
      apply_layers(resolved.settings, setting, {}); // the default
    }
  }
  for (const auto& [setting, failure] : doubtful) {
    if (setting->matters(resolved.settings)) {
      throw Failure{failure};
    }
  }
  check_settings(resolved);
  return resolved;
}

void check_values(const Layer& layer) {
  Settings settings;
  for (const GivenSetting& given : layer) {
    apply(settings, given);
  }
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
