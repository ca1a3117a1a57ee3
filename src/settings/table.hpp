#pragma once

#include "base/mismatch.hpp"
#include "settings/settings.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace metrics_event {

/// An environment variable of another program that has the value of a setting. A setting lists its
/// fallback variables in descending order of precedence.
struct FallbackVariable {
  std::string_view name;
  std::string_view condition{}; // in words, for a variable that applies only at times
  /// Returns whether the variable applies; null means always. It may read the settings of earlier
  /// rows only, because rows are resolved in the order of the table.
  bool (*applies)(const Settings& settings) = nullptr;
};

/// The kind of thing that a value or an operand names, for shell completion and documents.
enum class ValueKind { none, text, number, time, file, directory, event, shell, topic };

/// One row of the settings table. Its name gives the flag `--connect-timeout`, the variable
/// `METRICS_EVENT_CONNECT_TIMEOUT` and the key `connect-timeout` in configuration files.
struct Setting {
  enum class Kind {
    value,    // the highest layer takes precedence
    toggle,   // a boolean value; its flag needs no argument
    optional, // a toggle or a value: the flag is `--spool` or `--spool=DIR`
    list,     // the layers add up; a variable has one item per line
  };
  enum class Places {
    all,              // flags, the environment, files
    all_but_files,    // no key in configuration files
    environment_only, // a secret: all users can see flags, and many can read files
  };
  /// The part of help that shows the setting.
  enum class Group { destination, labels, credentials, proxy, delivery, output, configuration };

  std::string_view name;
  Kind kind = Kind::value;
  Places places = Places::all;
  char short_flag = '\0';         // '\0' means none
  std::string_view placeholder{}; // the flag's argument, in help
  ValueKind value_kind = ValueKind::text;
  std::span<const FallbackVariable> fallback_variables{};
  std::string_view default_text{}; // empty means none
  std::string_view example{};      // a value for documents when there is no default
  std::string_view shipped{};      // an item that the shipped configuration adds to the default
  std::string_view help;           // at most one line of `--help`, without a full stop
  std::string_view details{};      // more sentences, for documents and `help options`
  Group group = Group::delivery;
  bool is_common = false;                      // one of the dozen that the short help shows
  std::span<const std::string_view> choices{}; // for completion; empty means free text
  std::string_view joint = "=";                // joins name and value of a table in a file
  bool needs_command = false;                  // has an effect only with `-- COMMAND`

  /// Parses `text` and stores the value in `settings`. Returns a Mismatch when `text` is not valid.
  std::optional<Mismatch> (*assign)(Settings& settings, std::string_view text);

  /// Returns whether the value plays a part beside all others; null means always. Outside the
  /// command line, a value that plays none is not an error, whatever it is.
  bool (*matters)(const Settings& settings) = nullptr;

  /// Returns the value for display, without any secret part. An empty result means not set.
  std::string (*show)(const Settings& settings);

  /// Returns the flag as help shows it: `--timeout DURATION`.
  std::string flag() const;

  bool has_flag() const { return places != Places::environment_only; }
  bool has_key() const { return places == Places::all; }
};

/// Returns the table of all settings, in the order of help and of resolving. A row declares the
/// names, the help, the default and the parser of a setting, whose value is a member of Settings.
std::span<const Setting> all_settings();

/// Returns whether a list, the names of settings with spaces between them, names this one. The
/// empty list stands for all settings.
bool names_setting(std::string_view names, const Setting& setting);

/// Returns the default as documents show it. The result is empty when there is none worth showing.
std::string_view shown_default(const Setting& setting);

/// Returns the name of the variable: `METRICS_EVENT_CONNECT_TIMEOUT` for `connect-timeout`.
std::string variable_name(const Setting& setting);

} // namespace metrics_event
