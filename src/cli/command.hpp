#pragma once

#include "base/exit_code.hpp"
#include "base/value.hpp"
#include "settings/table.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

struct Run;
struct RunOutcome;

/// An option that only one command has.
struct CommandOption {
  std::string_view name;
  std::string_view placeholder; // of its value; empty: it takes none
  std::string_view default_text;
  std::string_view help;
  char short_flag = '\0'; // '\0': none
  ValueKind value_kind = ValueKind::text;
  bool replaces_operand = false;
};

/// The word that may follow the name of a command.
struct Operand {
  ValueKind kind = ValueKind::none;
  std::string_view name{}; // as usage shows it: FILE
  bool is_required = false;
};

/// Exit statuses from the first to the last one; the default is an empty range.
struct ExitCodeRange {
  ExitCode first = ExitCode::usage;
  ExitCode last = ExitCode::ok;

  constexpr bool contains(ExitCode code) const { return first <= code && code <= last; }
};

/// What goes wrong at run time: `--best-effort` makes a warning of it, but never of a mistake in
/// the command line or the configuration.
inline constexpr ExitCodeRange run_time_failures{ExitCode::data, ExitCode::noperm};

/// What a command does with the spool, which decides when the settings have to say where it is.
enum class SpoolUse {
  none,
  reports, // says that no place is known
  keeps,   // needs one where undelivered entries are kept
  empties, // needs one
};

/// One row of the table of commands, `all_commands`. Usage, help, the man page and the completions
/// follow from it.
struct Command {
  std::string_view name;
  std::string_view summary; // one line
  std::string_view details;
  Operand operand{};
  /// The operand names an event; its fields, KEY=VALUE and `-- COMMAND` follow, as behind an event.
  bool sends_event = false;
  std::span<const CommandOption> options{};
  std::string_view settings{}; // the names of those it heeds, with spaces; empty: all
  SpoolUse spool = SpoolUse::none;
  ExitCodeRange excusable{}; // what --best-effort covers

  /// Does the work. Throws Failure.
  void (*run)(const Run& run, RunOutcome& outcome) = nullptr;

  /// Renders what stdout gets when a run has failed before `run` was called; null: nothing.
  std::string (*result)(const RunOutcome& outcome) = nullptr;

  /// Returns what follows the name in usage, with a space before each part: ` [FILE]`. `fields` are
  /// those of an event, in the same form.
  std::string synopsis(std::string_view fields = "") const;

  /// Returns the names of the settings that mean something to the command; empty: all do.
  std::vector<std::string_view> heeded_settings() const;

  /// Returns whether a setting, by its name, means something to the command.
  bool heeds(std::string_view setting) const;
};

/// Returns the command of this name, or null.
const Command* find_command(std::span<const Command> commands, std::string_view name);

/// Returns the command that also sends the events that the command line names; null without one.
const Command* sender_of_events(std::span<const Command> commands);

/// An option of a command as the caller gave it.
struct GivenOption {
  const CommandOption* option;
  std::string text;
};

/// The options of one command with the values that the caller gave. The last value of an option
/// counts, then its default. Names that the row does not have are a bug: std::out_of_range.
class CommandOptions {
public:
  CommandOptions() = default;
  explicit CommandOptions(std::span<const CommandOption> rows) : rows_{rows} {}

  void add(GivenOption given) { given_.push_back(std::move(given)); }
  std::span<const GivenOption> all() const { return given_; }

  /// Returns the last text that the caller gave for an option; nothing when there is none.
  std::optional<std::string_view> given(std::string_view name) const;

  /// Returns the text of an option; empty when it is neither given nor has a default.
  std::string_view text(std::string_view name) const;

  /// Returns whether an option that takes no value is on. Throws Failure (usage) for `--NAME=TEXT`
  /// when the text is no truth value.
  bool is_on(std::string_view name) const;

  /// Returns what `parse` makes of an option's text, and nothing when the text is empty. Throws
  /// Failure (usage) that names the option.
  template <class T>
  std::optional<T> value(std::string_view name, Parsed<T> (*parse)(std::string_view text)) const {
    const std::string_view given = text(name);
    return given.empty() ? std::nullopt : std::optional<T>{parsed(name, parse(given))};
  }

  /// Returns the value of an option that was parsed. Throws Failure (usage) that names the option.
  template <class T>
  static T parsed(std::string_view name, Parsed<T> value) {
    if (!value) {
      throw Failure{ExitCode::usage, "--" + std::string{name} + ": " + value.error().text};
    }
    return *std::move(value);
  }

private:
  std::span<const CommandOption> rows_;
  std::vector<GivenOption> given_;
};

} // namespace metrics_event
