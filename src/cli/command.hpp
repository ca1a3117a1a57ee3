#pragma once

#include "base/exit_code.hpp"
#include "base/mismatch.hpp"
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
  std::string_view placeholder; // of its value; empty means it takes none
  std::string_view default_text;
  std::string_view help;
  char short_flag = '\0'; // '\0' means none
  ValueKind value_kind = ValueKind::text;
};

/// The word that may follow the name of a command, or the words.
struct Operand {
  ValueKind kind = ValueKind::none;
  std::string_view name{}; // as shown in usage, such as FILE
  bool is_required = false;
  std::string_view
      repeats_with{}; // the option that allows several; empty means there is one at most

  bool can_repeat() const { return !repeats_with.empty(); }
};

/// A range of exit statuses, both ends included. The default range is empty.
struct ExitCodeRange {
  ExitCode first = ExitCode::usage;
  ExitCode last = ExitCode::ok;

  constexpr bool contains(ExitCode code) const { return first <= code && code <= last; }
};

/// The run-time failures, from 65 to 77, which `--best-effort` turns into warnings. They include a
/// field's value that is not valid and a missing file that a flag names. Any other mistake in the
/// command line (64) stays an error, and so does one in the configuration (78).
inline constexpr ExitCodeRange run_time_failures{ExitCode::data, ExitCode::noperm};

/// The use a command makes of the spool, which decides when the settings must give its place.
enum class SpoolUse {
  none,
  reports, // reports when no place is known
  keeps,   // needs a place if undelivered entries are to be kept
  empties, // always needs a place
};

/// One row of the table of commands, `all_commands`. Usage, help, the man page and the completions
/// are generated from it.
struct Command {
  std::string_view name;
  std::string_view summary;                     // one line
  std::string_view details;                     // a paragraph
  std::span<const std::string_view> examples{}; // command lines
  Operand operand{};
  /// Whether the operand names an event; the fields, KEY=VALUE and `-- COMMAND` may then follow, as
  /// after the name of an event.
  bool sends_event = false;
  /// Whether it tells about the program itself; the last line of the help names it instead of a
  /// row.
  bool is_about_program = false;
  std::span<const CommandOption> options{};
  std::string_view settings{};     // those that it heeds, a list as `names_setting` reads it
  std::string_view only_reports{}; // those of them whose flags it rejects; empty means none
  SpoolUse spool = SpoolUse::none;
  ExitCodeRange excusable{}; // the failures that --best-effort covers

  /// Executes the command. Throws Failure.
  void (*run)(const Run& run, RunOutcome& outcome) = nullptr;

  /// Renders the text for stdout when a run fails before `run` is called; null means no text.
  std::string (*result)(const RunOutcome& outcome) = nullptr;

  /// Returns the part of usage after the name, with a space before each part, such as ` [FILE]`.
  /// `fields` holds the fields of an event in the same form.
  std::string synopsis(std::string_view fields = "") const;

  /// Returns whether the command heeds a setting, and rejects a bad value of it.
  bool heeds(const Setting& setting) const { return names_setting(settings, setting); }

  /// Returns whether the flag of a setting has an effect, so that help and completion show it.
  bool uses_flag(const Setting& setting) const;

  /// Returns whether the command accepts the flag of a setting. Every command accepts `--quiet`.
  bool accepts_flag(const Setting& setting) const;
};

/// The list of settings of a command that heeds none; an empty list stands for all.
inline constexpr std::string_view no_settings = "none";

/// Returns the command of this name, or null when there is none.
const Command* find_command(std::span<const Command> commands, std::string_view name);

/// Returns the command that also sends events named directly on the command line; null when there
/// is none.
const Command* sender_of_events(std::span<const Command> commands);

/// An option of a command with the text that the caller gave.
struct GivenOption {
  const CommandOption* option;
  std::string text;
};

/// The options of one command with the values that the caller gave. The last value given takes
/// precedence, then the default. A name that is not in the rows is a bug: std::out_of_range.
class CommandOptions {
public:
  CommandOptions() = default;
  explicit CommandOptions(std::span<const CommandOption> rows) : rows_{rows} {}

  void add(GivenOption given) { given_.push_back(std::move(given)); }
  /// Returns every text given for an option, in order.
  std::vector<std::string> texts(std::string_view name) const;

  /// Returns the last text given for an option; nothing when none was given.
  std::optional<std::string_view> given(std::string_view name) const;

  /// Returns the text of an option, or its default; empty when there is neither.
  std::string_view text(std::string_view name) const;

  /// Returns whether an option that takes no value is on. Throws Failure (usage) for `--NAME=TEXT`
  /// when TEXT is not a valid truth value.
  bool is_on(std::string_view name) const;

  /// Returns the text of an option parsed by `parse`; nothing when the text is empty. Throws
  /// Failure (usage) that names the option when the text is not valid.
  template <class T>
  std::optional<T> value(std::string_view name, Parsed<T> (*parse)(std::string_view text)) const {
    const std::string_view given = text(name);
    return given.empty() ? std::nullopt : std::optional<T>{parsed(name, parse(given))};
  }

  /// Returns a parsed value. Throws Failure (usage) that names the option when parsing failed.
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
