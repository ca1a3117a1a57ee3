#include "app.hpp"

#include "base/text.hpp"
#include "cli/help.hpp"
#include "commands/declarations.hpp"
#include "commands/help.hpp"
#include "delivery/spooler.hpp"
#include "settings/config_file.hpp"
#include "settings/places.hpp"
#include "system/child.hpp"
#include "system/file.hpp"
#include "system/signals.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

// The time limit for reading configuration files; the setting timeout is not known before they are
// read.
constexpr auto patience_with_config = std::chrono::seconds{5};

// Runs COMMAND if `line.runs_wrapped()`. The values of flags are checked before that, because a bad
// one is a mistake in the command line as well.
std::optional<ChildEnd> run_wrapped_command(const App& app, CommandLine& line) {
  if (line.runs_wrapped()) {
    try {
      check_values(line.settings);
    } catch (const Failure& failure) {
      line.trouble = failure;
    }
  }
  if (!line.runs_wrapped()) {
    return std::nullopt;
  }
  ChildEnd child = run_child(line.wrapped, app.environment("PATH").value_or("/bin:/usr/bin"));
  if (child.not_run) {
    app.context.console.say("error: cannot run " + quote(line.wrapped.front()) + ": " +
                            *child.not_run);
  }
  return child;
}

// Stores in the outcome how to report failures that happen before the settings are known.
void prepare_report(RunOutcome& outcome, const CommandLine& line, const std::vector<Layer>& layers,
                    const std::optional<ChildEnd>& child) {
  outcome.output = output_of(layers);
  if (line.command != nullptr) {
    outcome.excusable = line.command->excusable;
    outcome.result = line.command->result;
  }
  if (child) {
    outcome.command_status = child->status;
  }
}

// Returns the layers of the configuration files; a later one takes precedence. Throws Failure:
// noinput when a flag names a file that cannot be read, config for any other such file and for a
// mistake in a file.
std::vector<Layer> read_config_files(const std::vector<Layer>& layers,
                                     std::span<const std::string> directories) {
  std::vector<Layer> from_files;
  const Deadline deadline = std::chrono::steady_clock::now() + patience_with_config;
  for (const ConfigPlace& place : config_places(layers, directories)) {
    if (place.asked_by) {
      from_files.push_back(
          config_layer(read_named_file(place.path, *place.asked_by, deadline), place.path));
      continue;
    }
    const auto text = read_file(place.path, {}); // without waiting: a pipe here is an error
    if (text.has_error() && !is_missing(text.error())) {
      throw Failure{ExitCode::config, cannot_read(place.path, text.error())};
    }
    if (text) {
      from_files.push_back(config_layer(*text, place.path));
    }
  }
  return from_files;
}

// Sets the usual place of the spool if one is needed. Throws Failure when there is none, so that
// this is found now and not during an outage; only a command that just reports the spool goes on
// without a place.
void set_usual_spool(const App& app, SpoolUse use, Resolved& resolved) {
  const Settings& settings = resolved.settings;
  SpoolPlace& spool = resolved.settings.spool;
  const bool is_needed =
      use == SpoolUse::empties || (use == SpoolUse::keeps && keeps_undelivered(settings)) ||
      (use == SpoolUse::reports && has_spool(settings)); // also while no events are sent
  if (!spool.directory.empty() || !is_needed) {
    return;
  }
  spool = {.on = true, .directory = usual_spool(app.environment, app.is_root), .is_usual = true};
  if (spool.directory.empty() && use != SpoolUse::reports) {
    Origin origin = resolved.origins.at("spool");
    if (origin.source == Origin::Source::built_in) { // flush uses a spool without being told to
      origin.name = "--spool";
    }
    blame(origin, std::string{no_usual_spool});
  }
}

// Resolves the settings from the command line, the environment and the files, and stores in the
// outcome how to report failures.
Resolved resolve_settings(const App& app, const Command& command, std::vector<Layer>& layers,
                          RunOutcome& outcome) {
  const bool heeds_a_key = std::ranges::any_of(all_settings(), [&command](const Setting& setting) {
    return setting.has_key() && command.heeds(setting);
  });
  if (heeds_a_key) { // else a broken file must not stop the command
    const std::vector<Layer> from_files = read_config_files(layers, app.config_directories);
    layers.insert(layers.begin(), from_files.begin(), from_files.end());
    outcome.output = output_of(layers);
  }
  Resolved resolved = resolve(layers, command.settings);
  expand_labels(resolved, layers, app.host);
  set_usual_spool(app, command.spool, resolved);
  outcome.output = resolved.settings.output;
  outcome.is_quiet = resolved.settings.quiet;
  resolved.settings.verbose = resolved.settings.verbose && !outcome.is_quiet;
  outcome.is_best_effort = resolved.settings.best_effort;
  outcome.may_go_unread = resolved.settings.dry_run;
  return resolved;
}

// Runs the command of a command line with its settings.
void run_command(const App& app, const CommandLine& line, const EventTypes& types,
                 std::vector<Layer>& layers, const std::optional<ChildEnd>& child,
                 RunOutcome& outcome) {
  const Resolved resolved = resolve_settings(app, *line.command, layers, outcome);
  const auto measurement =
      child ? std::optional{Measurement{child->duration, static_cast<int>(child->status)}}
            : std::nullopt;
  Context context = app.context;
  context.console.set_quiet(outcome.is_quiet);
  for (const std::string& warning : resolved.warnings) {
    context.console.warn(warning);
  }
  line.command->run({app, line, types, layers, resolved, measurement, context}, outcome);
}

// Prints the result, and the failure with which the run ends.
void report(const Console& console, RunOutcome& outcome) {
  const bool can_print = !outcome.failure || outcome.failure->code() != ExitCode::ioerr;
  if (outcome.result && can_print) { // ioerr: stdout may have just failed
    try {
      const std::string text = outcome.result(outcome);
      outcome.may_go_unread ? console.show(text) : console.print(text);
    } catch (const ReaderGone&) { // as if it had read on
    } catch (const Failure& failure) {
      if (!outcome.failure) {
        outcome.failure = Failure{failure.code(), failure.text() + outcome.done};
      }
    }
  }
  if (outcome.failure && !(outcome.is_excused() && outcome.is_quiet)) {
    for (const std::string& line : outcome.failure->lines()) {
      console.say((outcome.is_excused() ? "warning: " : "error: ") + line);
    }
  }
}

} // namespace

End run(const App& app) {
  RunOutcome outcome; // reported whatever happens
  std::optional<ChildEnd> child;
  try {
    const EventTypes types = event_types(app, app.arguments);
    if (app.arguments.empty()) {
      app.context.console.explain(short_help(types, app.commands));
    }
    CommandLine line = parse_command_line(app.arguments, types, app.commands, app.environment);
    child = run_wrapped_command(app, line);
    std::vector<Layer> layers{environment_layer(app.environment), line.settings};
    prepare_report(outcome, line, layers, child);
    if (line.trouble) {
      throw Failure{*line.trouble};
    }
    if (line.info == CommandLine::Info::none) {
      run_command(app, line, types, layers, child, outcome);
    } else {
      print_info(app, line, types);
    }
  } catch (const ReaderGone&) { // it has what it wanted
    outcome.result = nullptr;
  } catch (...) {
    outcome.fail(current_failure(), noted_signal());
  }
  report(app.context.console, outcome);
  return {outcome.exit_code(), child ? child->signal : 0};
}

} // namespace metrics_event
