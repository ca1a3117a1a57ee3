#pragma once

#include "base/value.hpp"
#include "loki/endpoint.hpp"
#include "loki/entry.hpp"
#include "loki/header.hpp"
#include "loki/secret.hpp"

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

/// After which ends of COMMAND the event is sent.
enum class On { success, failure, always };

/// Whether and where undelivered entries are kept.
struct SpoolPlace {
  bool on = false;
  std::string directory{}; // empty: the usual one, which `places` knows
  bool is_usual = false;   // then the directories above it are made as well
};

/// Every setting's value. Defaults, spellings and meanings are in the table, `all_settings`.
struct Settings {
  Endpoint url;
  Labels labels;
  Labels metadata;
  Headers headers;
  std::string org_id; // empty: no tenant header
  std::string config; // a file, none, or empty: the usual places
  std::string events; // a directory besides the usual ones; empty: none
  std::chrono::milliseconds timeout{};
  std::chrono::milliseconds connect_timeout{};
  std::string username;
  Secret password;
  std::string password_file;
  Secret bearer_token;
  std::string bearer_token_file;
  std::string ca_cert; // files; empty: the system's authorities
  std::string cert;
  std::string key; // empty: in the file of cert
  bool tls_skip_verify = false;
  std::optional<Endpoint> proxy;
  std::string no_proxy;
  std::string log_path;
  bool special_file = false;
  EntryTime entry_time{};
  On on{};
  Output output{};
  bool best_effort = false;
  int retries = 0; // attempts after the first
  SpoolPlace spool;
  std::uint64_t spool_max_bytes = 0;
  bool disabled = false;
  bool dry_run = false;
  bool quiet = false;
  bool verbose = false;
};

/// A variable that others use for the same, in our order of precedence.
struct FallbackVariable {
  std::string_view name;
  std::string_view condition{}; // in words, for one that does not always count
  bool (*counts)(const Settings& settings) = nullptr; // by the settings above; null: always
};

/// What a value or an operand names, for completion and for documents.
enum class ValueKind { none, text, number, file, directory, event, shell };

/// One row of the settings table. Its name gives the flag `--connect-timeout`, the variable
/// `METRICS_EVENT_CONNECT_TIMEOUT` and the key `connect-timeout` in configuration files.
struct Setting {
  enum class Kind {
    value,    // the highest layer wins
    toggle,   // the same; as a flag it needs no value
    optional, // a toggle that may have a value instead: as a flag `--spool` and `--spool=DIR`
    list,     // all layers add up; in a variable, one item a line
  };
  enum class Places {
    all,              // flags, the environment, files
    all_but_files,    // no key in configuration files
    environment_only, // a secret: everybody sees flags, and many may read configuration files
  };

  std::string_view name;
  Kind kind = Kind::value;
  Places places = Places::all;
  char short_flag = '\0';         // '\0': none
  std::string_view placeholder{}; // of the flag's value, in help
  ValueKind value_kind = ValueKind::text;
  std::span<const FallbackVariable> fallback_variables{};
  std::string_view default_text{}; // empty: none
  std::string_view example{};      // a value for documents, where there is no default
  std::string_view help;
  std::span<const std::string_view> choices{}; // for completion; empty: free text
  std::string_view joint = "=";                // of name and value where a file gives a table
  bool is_about_wrapped = false;               // whether it means nothing without `-- COMMAND`

  /// Puts the value of `text` into `settings`, or says what is wrong with it.
  std::optional<Mismatch> (*assign)(Settings& settings, std::string_view text);

  /// The value for people: without what may be secret. Empty: not set.
  std::string (*show)(const Settings& settings);

  /// The flag as help shows it: `--timeout DURATION`.
  std::string flag() const;

  bool has_flag() const { return places != Places::environment_only; }
  bool has_key() const { return places == Places::all; }
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
  std::string path{}; // of the configuration file
};

/// A setting's value as one layer gives it.
struct GivenSetting {
  const Setting* setting;
  std::string text;
  Origin origin;
  bool (*counts)(const Settings& settings) = nullptr; // as FallbackVariable has it
};

/// What one place gives: the command line, the environment, a file.
using Layer = std::vector<GivenSetting>;

/// The text of an environment variable, if it is set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

/// A value given by flag.
GivenSetting given_by_flag(const Setting& setting, std::string text);

/// What the environment gives: for each setting the fallback variables that are set and then its
/// own, which counts most. An empty variable counts as unset.
Layer environment_layer(const Environment& environment);

/// All values, and by setting name where each came from.
struct Resolved {
  Settings settings;
  std::map<std::string_view, Origin> origins;
};

/// Lays the layers over the defaults, the lowest first; when `only` names settings, the others are
/// left alone. Throws Failure for a bad value or combination.
Resolved resolve(const std::vector<Layer>& layers, std::span<const std::string_view> only = {});

/// Looks at each value of a layer for itself. Throws Failure for a bad one.
void check_values(const Layer& layer);

/// Ends with a Failure that blames an origin: usage for a flag, config otherwise.
[[noreturn]] void blame(const Origin& origin, const std::string& text);

/// How to report, found out before anything else can go wrong; bad values count as not given.
Output output_of(const std::vector<Layer>& layers);

} // namespace metrics_event
