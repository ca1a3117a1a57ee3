#pragma once

#include "base/value.hpp"
#include "settings/settings.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// A variable by which other programs know the same value, in our order of precedence.
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

} // namespace metrics_event
