#pragma once

#include "endpoint.hpp"
#include "entry.hpp"
#include "header.hpp"
#include "value.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// What goes to stdout: text for people and pipes, or one JSON object whatever the outcome.
enum class Output { text, json };

/// Every setting's value. Defaults, spellings and meanings are in the table, `all_settings`.
struct Settings {
  Endpoint url;
  Labels labels;
  Labels metadata;
  Headers headers;
  std::string org_id; // empty: no tenant header
  std::string config; // a file, none, or empty: the usual places
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds connect_timeout{};
  EntryTime entry_time{};
  Output output{};
  bool best_effort = false;
  bool disabled = false;
  bool dry_run = false;
  bool quiet = false;
  bool verbose = false;
};

/// One row of the settings table. Its name gives the flag `--connect-timeout`, the variable
/// `METRICS_EVENT_CONNECT_TIMEOUT` and the key `connect-timeout` in configuration files.
struct Setting {
  enum class Kind {
    value,  // the highest layer wins
    toggle, // the same; as a flag it needs no value
    list,   // all layers add up; in a variable, one item a line
  };

  std::string_view name;
  Kind kind;
  char short_flag;              // '\0': none
  std::string_view placeholder; // of the flag's value, in help
  std::span<const std::string_view> fallback_variables;
  std::string_view default_text; // empty: none
  std::string_view help;
  std::span<const std::string_view> choices; // for completion; empty: free text

  /// Puts the value of `text` into `settings`, or says what is wrong with it.
  std::optional<Mismatch> (*assign)(Settings& settings, std::string_view text);

  bool in_files = true;         // whether its name is a key in configuration files
  std::string_view joint = "="; // between name and value of an item that a file gives in a table
};

/// **The** settings table, in the order in which help shows it.
std::span<const Setting> all_settings();

/// The default as documents show it; empty where there is none worth showing.
std::string_view shown_default(const Setting& setting);

/// `METRICS_EVENT_CONNECT_TIMEOUT` for `connect-timeout`.
std::string variable_name(const Setting& setting);

/// Where a value came from. `name` is what a message calls it: `--timeout`,
/// `METRICS_EVENT_TIMEOUT`, `/etc/metrics-event/config.toml:3:1: timeout`.
struct Origin {
  enum class Source { built_in, file, environment, flag };
  Source source = Source::built_in;
  std::string name = "default";
};

/// A setting's value as one layer gives it.
struct GivenSetting {
  const Setting* setting;
  std::string text;
  Origin origin;
};

/// What one place gives: the command line, the environment, a file.
using Layer = std::vector<GivenSetting>;

/// The text of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// A value given by flag.
GivenSetting given_by_flag(const Setting& setting, std::string text);

/// What the environment gives: for each setting its own variable or else the first fallback
/// variable that is set. An empty variable counts as unset.
Layer environment_layer(const Environment& environment);

/// All values, and by setting name where each came from.
struct Resolved {
  Settings settings;
  std::map<std::string_view, Origin> origins;
};

/// Lays the layers over the defaults, the lowest first; when `only` names settings, the others are
/// left alone. Throws Failure for a bad value or combination: usage when a flag is to blame, config
/// otherwise.
Resolved resolve(const std::vector<Layer>& layers, std::span<const std::string_view> only = {});

/// How to report, found out before anything else can go wrong; bad values count as not given.
Output output_of(const std::vector<Layer>& layers);

} // namespace metrics_event
