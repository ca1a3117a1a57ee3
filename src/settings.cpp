#include "settings.hpp"

#include "exit_code.hpp"
#include "text.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace metrics_event {
namespace {

using Kind = Setting::Kind;
using Source = Origin::Source;

Parsed<EntryTime> parse_entry_time(std::string_view text) {
  if (text == "now" || text == "event") {
    return text == "now" ? EntryTime::now : EntryTime::event;
  }
  return Mismatch{"now or event", text};
}

Parsed<Output> parse_output(std::string_view text) {
  if (text == "text" || text == "json") {
    return text == "text" ? Output::text : Output::json;
  }
  return Mismatch{"text or json", text};
}

// Loki's rules for tenant IDs, which are also safe in a header.
Parsed<std::string> parse_tenant(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!-_.*'():|"}.find(c) != std::string_view::npos;
  };
  if (text.empty() || text.size() > 150 || !std::ranges::all_of(text, allowed)) {
    return Mismatch{"a tenant of at most 150 letters, digits and !-_.*'():|", text};
  }
  return std::string{text};
}

template <auto member, auto parse>
std::optional<Mismatch> assign(Settings& settings, std::string_view text) {
  auto value = parse(text);
  if (!value) {
    return value.error();
  }
  settings.*member = *std::move(value);
  return std::nullopt;
}

std::optional<Mismatch> assign_label(Settings& settings, std::string_view text) {
  auto label = parse_label(text);
  if (!label) {
    return label.error();
  }
  if (label->second.empty()) {
    settings.labels.erase(label->first);
  } else {
    settings.labels.insert_or_assign(label->first, std::move(label->second));
  }
  return std::nullopt;
}

constexpr std::array<std::string_view, 2> url_variables{"PROMTAIL_PUSH_API_URL", "LOKI_ADDR"};
constexpr std::array<std::string_view, 1> org_id_variables{"LOKI_ORG_ID"};
constexpr std::array<std::string_view, 2> entry_times{"now", "event"};
constexpr std::array<std::string_view, 2> outputs{"text", "json"};

Parsed<std::string> parse_config(std::string_view text) {
  const bool printable = !text.empty() && is_utf8(text) && text.find_first_of("\n\r") == text.npos;
  return printable ? std::string{text}
                   : Parsed<std::string>{Mismatch{"the name of a file, or none", text}};
}

constexpr std::array table{
    Setting{"url",
            Kind::value,
            '\0',
            "URL",
            url_variables,
            "http://localhost:3100/loki/api/v1/push",
            "base or full push URL; /loki/api/v1/push is added when the path is empty or /",
            {},
            assign<&Settings::url, parse_endpoint>},
    Setting{"label",
            Kind::list,
            '\0',
            "NAME=VALUE",
            {},
            "job=metrics",
            "a stream label; an empty value removes one",
            {},
            assign_label},
    Setting{"org-id",
            Kind::value,
            '\0',
            "TENANT",
            org_id_variables,
            "",
            "the tenant, sent as X-Scope-OrgID",
            {},
            assign<&Settings::org_id, parse_tenant>},
    Setting{"config",
            Kind::value,
            '\0',
            "FILE",
            {},
            "",
            "the only configuration file to read, or none",
            {},
            assign<&Settings::config, parse_config>,
            false},
    Setting{"timeout",
            Kind::value,
            '\0',
            "DURATION",
            {},
            "5s",
            "the whole delivery, name lookup included: a hard ceiling",
            {},
            assign<&Settings::timeout, parse_duration>},
    Setting{"connect-timeout",
            Kind::value,
            '\0',
            "DURATION",
            {},
            "2s",
            "the connection to one address",
            {},
            assign<&Settings::connect_timeout, parse_duration>},
    Setting{"entry-time",
            Kind::value,
            '\0',
            "now|event",
            {},
            "now",
            "what Loki files the entry under: when the command ran, or the event's timestamp",
            entry_times,
            assign<&Settings::entry_time, parse_entry_time>},
    Setting{"best-effort",
            Kind::toggle,
            '\0',
            "",
            {},
            "false",
            "turn exit statuses 65 to 77 into a warning and 0",
            {},
            assign<&Settings::best_effort, parse_bool>},
    Setting{"disabled",
            Kind::toggle,
            '\0',
            "",
            {},
            "false",
            "validate, send nothing and exit 0",
            {},
            assign<&Settings::disabled, parse_bool>},
    Setting{"dry-run",
            Kind::toggle,
            'n',
            "",
            {},
            "false",
            "print the exact request body instead of sending it",
            {},
            assign<&Settings::dry_run, parse_bool>},
    Setting{"output",
            Kind::value,
            '\0',
            "text|json",
            {},
            "text",
            "what stdout gets: json is one result object, whatever the outcome",
            outputs,
            assign<&Settings::output, parse_output>},
    Setting{"quiet",
            Kind::toggle,
            'q',
            "",
            {},
            "false",
            "no warnings",
            {},
            assign<&Settings::quiet, parse_bool>},
    Setting{"verbose",
            Kind::toggle,
            'v',
            "",
            {},
            "false",
            "say what was delivered, where, the status and the time",
            {},
            assign<&Settings::verbose, parse_bool>},
};

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

std::span<const Setting> all_settings() {
  return table;
}

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
  for (const Setting& setting : table) {
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
  for (const Setting& setting : table) {
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
