#include "settings/layers.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
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

// Adds the value of a variable to the layer. For a list, each line of the variable is one item; a
// carriage return before its end belongs to the end.
void add_from_variable(Layer& layer, const Setting& setting, const std::string& variable,
                       std::string_view text, bool (*applies)(const Settings&) = nullptr) {
  const bool is_list = setting.kind == Kind::list;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, is_list ? text.find('\n') : text.npos);
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    const std::string_view value =
        line.substr(0, line.size() - (is_list && line.ends_with('\r') ? 1 : 0));
    if (!value.empty()) {
      layer.push_back({&setting, std::string{value}, {Source::environment, variable}, applies});
    }
  }
}

// Returns whether a text begins with what looks like an item of a list, such as `env=b`.
bool begins_with_item(std::string_view text, std::string_view joint) {
  const auto is_in_name = [](char c) { return is_letter_or_digit(c) || c == '_' || c == '-'; };
  const auto end = std::ranges::find_if_not(text, is_in_name);
  return end != text.begin() && !is_digit(text.front()) &&
         text.substr(static_cast<std::size_t>(end - text.begin())).starts_with(joint);
}

// Warns of a variable whose items seem to have commas between them, as other programs take lists.
// The value is not shown, because that of a header may be a key.
void warn_of_commas(std::vector<std::string>& warnings, const GivenSetting& given) {
  const std::string_view item = given.text;
  const std::string_view joint = given.setting->joint;
  const std::size_t name_end = item.find(joint);
  for (std::size_t comma = item.find(',', name_end); comma != item.npos;
       comma = item.find(',', comma + 1)) {
    const std::size_t next = std::min(item.find_first_not_of(' ', comma + 1), item.size());
    if (begins_with_item(item.substr(next), joint)) {
      warnings.push_back(given.origin.name + ": the value of " + quote(item.substr(0, name_end)) +
                         " holds a comma and what looks like another item; put each item on its "
                         "own line");
      return;
    }
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

// Returns the origin of a label or a metadata pair: the last place that gives it.
Origin origin_of(std::string_view setting, const std::string& name,
                 const std::vector<Layer>& layers) {
  Origin origin;
  for (const Layer& layer : layers) {
    for (const GivenSetting& given : layer) {
      if (given.setting->name == setting && given.text.starts_with(name + '=')) {
        origin = given.origin;
      }
    }
  }
  return origin;
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

bool is_variable_of_settings(std::string_view name) {
  return name.starts_with("METRICS_EVENT_") || name.starts_with("LOKI_") ||
         lower_case(name).ends_with("_proxy") ||
         std::ranges::any_of(all_settings(), [name](const Setting& setting) {
           return std::ranges::find(setting.fallback_variables, name, &FallbackVariable::name) !=
                  setting.fallback_variables.end();
         });
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
  for (const Layer& layer : layers) {
    for (const GivenSetting& given : layer) {
      if (given.setting->kind == Kind::list && given.origin.source == Source::environment &&
          names_setting(heeded, *given.setting)) {
        warn_of_commas(resolved.warnings, given);
      }
    }
  }
  check_settings(resolved);
  return resolved;
}

void expand_labels(Resolved& resolved, const std::vector<Layer>& layers, const HostIdentity& host) {
  const auto expand = [&](std::string_view setting, Labels& labels) {
    if (!resolved.origins.contains(setting)) { // the command does not read it
      return;
    }
    for (auto& [name, value] : labels) {
      if (value.find('%') == value.npos) {
        continue;
      }
      auto expanded = expand_specifiers(value, host);
      const auto mismatch = expanded ? check_label(name, *expanded) : expanded.error();
      if (mismatch) {
        throw Failure{ExitCode::config,
                      origin_of(setting, name, layers).name + ": " + mismatch->text};
      }
      value = *std::move(expanded);
    }
  };
  expand("label", resolved.settings.labels);
  expand("metadata", resolved.settings.metadata);
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
