#include "app.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "cli/arguments.hpp"
#include "cli/command_line.hpp"
#include "cli/completion.hpp"
#include "cli/help.hpp"
#include "commands/batch.hpp"
#include "commands/check.hpp"
#include "commands/event_files.hpp"
#include "commands/event_list.hpp"
#include "commands/flush.hpp"
#include "commands/listen.hpp"
#include "commands/send_report.hpp"
#include "loki/logql.hpp"
#include "schema/event_schema.hpp"
#include "settings/config_file.hpp"
#include "settings/places.hpp"
#include "settings/rules.hpp"
#include "system/child.hpp"
#include "system/core_dump.hpp"
#include "system/file.hpp"
#include "system/signals.hpp"

namespace metrics_event {
namespace {

// Its --timeout is not known before the configuration is.
constexpr auto patience_with_config = std::chrono::seconds{5};

// What a command line is about, which decides what stdout gets.
enum class Matter { event, batch, check, flush, listen, schema, completion };

Matter matter_of(const CommandLine& line) {
  const auto* const command = std::get_if<RunCommand>(&line.command);
  const std::string_view name = command == nullptr ? "" : command->type->name;
  return name == "batch"        ? Matter::batch
         : name == "check"      ? Matter::check
         : name == "flush"      ? Matter::flush
         : name == "listen"     ? Matter::listen
         : name == "schema"     ? Matter::schema
         : name == "completion" ? Matter::completion
                                : Matter::event;
}

// The event types that there are, by what the environment and the arguments say of their places.
EventTypes event_types(const App& app) {
  return EventTypes{app.events,
                    {.list =
                         [&app](std::optional<std::string_view> name) {
                           return find_event_files(
                               event_directories(app.config_directories, app.environment,
                                                 last_value(app.arguments, "events")),
                               name);
                         },
                     .read =
                         [](const std::string& path) {
                           return read_file(path, {}); // a pipe there would be a mistake
                         }}};
}

bool wants_colour(const App& app) {
  return app.means.console.output_is_terminal() &&
         app.environment("NO_COLOR").value_or("").empty() &&
         app.environment("TERM").value_or("dumb") != "dumb";
}

ExitCode run_check(const App& app, const RunCommand& command, const Resolved& resolved,
                   const EventTypes& types) {
  const CheckReport report = check(check_options(*command.type, command.options), resolved, types,
                                   app.variables, app.means.transport, app.means.clock);
  app.means.console.print(resolved.settings.output == Output::json
                              ? to_json(report)
                              : to_text(report, wants_colour(app)));
  if (!report.failure) {
    return ExitCode::ok;
  }
  app.means.console.say("error: " + report.failure->text());
  return report.failure->code();
}

void run_schema(const App& app, const RunCommand& command, const Resolved& resolved,
                const EventTypes& types) {
  const bool wants_queries = !command.options.empty(); // --logql is the only one
  if (!command.operand && wants_queries) {
    throw Failure{ExitCode::usage, "--logql needs EVENT, see metrics-event schema --help"};
  }
  if (!command.operand) {
    app.means.console.print(resolved.settings.output == Output::json ? events_to_json(types)
                                                                     : events_to_text(types));
    return;
  }
  const auto name = event_name(*command.operand);
  const EventType* const type = name ? types.find(*name) : nullptr;
  if (type == nullptr) {
    const std::vector<std::string> words = types.words();
    const std::string hint =
        did_you_mean(*command.operand, std::vector<std::string_view>{words.begin(), words.end()});
    throw Failure{ExitCode::usage, "unknown event " + quote(*command.operand) +
                                       (hint.empty() ? ", see metrics-event schema" : hint)};
  }
  app.means.console.print(wants_queries ? logql(*type, resolved.settings.labels)
                                        : event_schema(*type));
}

void run_completion(const App& app, const RunCommand& command, const EventTypes& types) {
  app.means.console.print(command.operand ? completion_script(*command.operand, app.events)
                                          : completion_list(command.options, types));
}

void run_flush(const Means& means, const RunCommand& command, const std::vector<Layer>& layers,
               const Resolved& resolved, FlushReport& report) {
  const FlushOptions options = flush_options(*command.type, command.options);
  if (resolved.settings.dry_run) {
    blame(resolved.origins.at("dry-run"), "means nothing to flush; flush --list shows what waits");
  }
  flush(options, layers, resolved, means, report);
  if (options.task != FlushOptions::Task::list) {
    means.console.print(resolved.settings.output == Output::json ? to_json(report)
                                                                 : to_text(report));
  }
}

// Fills in where the usual spool is, for who needs it. That there is none is found now, not in an
// outage.
void find_spool(const App& app, Matter matter, Resolved& resolved) {
  const Settings& settings = resolved.settings;
  SpoolPlace& spool = resolved.settings.spool;
  const bool is_for_events =
      spool.on && !settings.dry_run && !settings.disabled && settings.url.scheme != Scheme::file;
  const bool is_needed = matter == Matter::flush || is_for_events;
  if (!spool.directory.empty() || !is_needed) {
    return;
  }
  spool = {.on = true, .directory = usual_spool(app.environment, app.is_root), .is_usual = true};
  if (spool.directory.empty() && matter != Matter::check) { // which has more to say
    Origin origin = resolved.origins.at("spool");
    if (origin.source == Origin::Source::built_in) { // flush takes it unasked
      origin.name = "--spool";
    }
    blame(origin, std::string{no_usual_spool});
  }
}

// What the configuration files give, the one that counts least first.
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
    const auto text = read_file(place.path, {}); // a pipe there would be a mistake
    if (text.has_error() && !is_missing(text.error())) {
      throw Failure{ExitCode::config, cannot_read(place.path, text.error())};
    }
    if (text) {
      from_files.push_back(config_layer(*text, place.path));
    }
  }
  return from_files;
}

// True when the command line asks for words only, which are printed.
bool print_words(const App& app, const CommandLine& line, const EventTypes& types) {
  if (const auto* topic = std::get_if<ShowHelp>(&line.command)) {
    app.means.console.print(help(topic->topic, types));
    return true;
  }
  if (std::holds_alternative<ShowVersion>(line.command)) {
    app.means.console.print("metrics-event " + std::string{version} + '\n');
    return true;
  }
  return false;
}

void print_result(const Console& console, const Report& report) {
  try {
    console.print(to_json(report));
  } catch (const Failure& failure) {
    const bool delivered = report.status == Report::Status::delivered;
    const bool spooled = report.status == Report::Status::spooled;
    throw Failure{failure.code(), failure.text() + (delivered ? "; the event is delivered"
                                                    : spooled ? "; the event is in the spool"
                                                              : "")};
  }
}

// What was done so far, and how to report it.
struct Progress {
  Matter matter = Matter::event;
  bool is_wrapped = false; // then the exit status is that of COMMAND
  Settings settings;       // as far as they are known
  ExitCode exit_code = ExitCode::ok;
  Report report; // of an event
  BatchReport batch_report;
  FlushReport flush_report;
};

// What there is on stdout besides the diagnostics, if anything.
std::string result_object(const Progress& progress, const Failure& failure) {
  switch (progress.matter) {
  case Matter::event: return to_json(progress.report);
  case Matter::batch: return to_json(progress.batch_report);
  case Matter::flush: // a list that has begun is the object
    return progress.flush_report.task == FlushOptions::Task::list ? ""
                                                                  : to_json(progress.flush_report);
  case Matter::check: return to_json(CheckReport{.failure = failure});
  case Matter::listen:
  case Matter::schema:
  case Matter::completion: break;
  }
  return "";
}

// Says what went wrong, where the settings want it said, and completes the report.
void report_failure(const App& app, Failure failure, Progress& progress) {
  if (const int number = noted_signal(); number != 0) {
    failure = Failure{status_of_signal(number), failure.text()};
  }
  const Settings& settings = progress.settings;
  Report& report = progress.report;
  const bool may_be_excused = progress.matter == Matter::event ||
                              progress.matter == Matter::batch || progress.matter == Matter::flush;
  const bool excused =
      may_be_excused && settings.best_effort && excused_by_best_effort(failure.code());
  if (!excused || !settings.quiet) {
    app.means.console.say((excused ? "warning: " : "error: ") + failure.text());
  }
  if (report.status != Report::Status::spooled && report.status != Report::Status::delivered) {
    report.status = Report::Status::failed;
  }
  progress.exit_code = excused ? ExitCode::ok : failure.code();
  progress.batch_report.exit_code = progress.flush_report.exit_code = progress.exit_code;
  report.exit_code = progress.is_wrapped ? report.exit_code : progress.exit_code;
  report.failure = progress.batch_report.failure = progress.flush_report.failure = failure;
  if (failure.code() != ExitCode::ioerr) { // stdout has not just failed
    app.means.console.print(settings.output == Output::json    ? result_object(progress, failure)
                            : progress.matter == Matter::flush ? to_text(progress.flush_report)
                                                               : "");
  }
}

// What the line's settings and those of the environment and the files come to.
Resolved resolve_line(const App& app, const CommandLine& line, std::vector<Layer>& layers,
                      Progress& progress) {
  const auto* const command = std::get_if<RunCommand>(&line.command);
  if (command == nullptr || heeds(*command->type, "config")) {
    const std::vector<Layer> from_files = read_config_files(layers, app.config_directories);
    layers.insert(layers.begin(), from_files.begin(), from_files.end());
    progress.settings.output = output_of(layers);
  }
  Resolved resolved = resolve(layers, command == nullptr ? std::span<const std::string_view>{}
                                                         : command->type->settings);
  find_spool(app, progress.matter, resolved);
  progress.settings = resolved.settings;
  if (holds_secret(resolved.settings)) {
    keep_out_of_cores();
  }
  return resolved;
}

void send_event(const Means& means, const CommandLine& line,
                const std::optional<Measurement>& measurement, const Resolved& resolved,
                Progress& progress) {
  const On on = resolved.settings.on;
  const bool is_success = !measurement || measurement->exit_code == 0;
  if (on != On::always && (on == On::success) != is_success && measurement) {
    progress.report.status = Report::Status::skipped;
  } else {
    send(std::get<SendEvent>(line.command), measurement, resolved, means, progress.report);
  }
  if (resolved.settings.output == Output::json) {
    print_result(means.console, progress.report);
  }
}

// Does what a command line asks for, or throws.
void run_line(const App& app, const CommandLine& line, const EventTypes& types,
              const std::optional<Measurement>& measurement, Progress& progress) {
  progress.matter = matter_of(line);
  std::vector<Layer> layers{environment_layer(app.environment), line.settings};
  progress.settings.output = output_of(layers);
  if (line.trouble) {
    throw Failure{*line.trouble};
  }
  if (print_words(app, line, types)) {
    return;
  }
  const Resolved resolved = resolve_line(app, line, layers, progress);
  const auto* const command = std::get_if<RunCommand>(&line.command);
  Means means = app.means;
  means.console.set_quiet(resolved.settings.quiet);
  switch (progress.matter) {
  case Matter::batch:
    batch(*command, types, resolved, means, progress.batch_report);
    if (resolved.settings.output == Output::json) {
      means.console.print(to_json(progress.batch_report));
    }
    break;
  case Matter::check: progress.exit_code = run_check(app, *command, resolved, types); break;
  case Matter::listen:
    listen(listen_options(*command->type, command->options, resolved), app.means.console);
    break;
  case Matter::flush: run_flush(means, *command, layers, resolved, progress.flush_report); break;
  case Matter::schema: run_schema(app, *command, resolved, types); break;
  case Matter::completion: run_completion(app, *command, types); break;
  case Matter::event: send_event(means, line, measurement, resolved, progress); break;
  }
}

// The same, but a failure is reported.
void run_and_report(const App& app, const CommandLine& line, const EventTypes& types,
                    const std::optional<Measurement>& measurement, Progress& progress) {
  try {
    run_line(app, line, types, measurement, progress);
  } catch (...) {
    try {
      report_failure(app, current_failure(), progress);
    } catch (const Failure&) { // the object could not be written, which changes nothing
    }
  }
}

// Only a mistake in the command line itself keeps COMMAND from being run. With other trouble, the
// line may not even say what the event is.
bool is_to_be_wrapped(const CommandLine& line) {
  const bool words_only = std::holds_alternative<ShowHelp>(line.command) ||
                          std::holds_alternative<ShowVersion>(line.command);
  return !line.wrapped.empty() &&
         (line.trouble ? line.trouble->code() != ExitCode::usage : !words_only);
}

// Runs COMMAND and sends the event; what becomes of that does not change how this ends.
End run_wrapped(const App& app, const CommandLine& line, const EventTypes& types) {
  const ChildEnd child = run_child(line.wrapped, app.environment("PATH").value_or("/bin:/usr/bin"));
  if (child.not_run) {
    app.means.console.say("error: cannot run " + quote(line.wrapped.front()) + ": " +
                          *child.not_run);
  }
  Progress progress;
  progress.report.exit_code = static_cast<ExitCode>(child.status);
  progress.is_wrapped = true;
  run_and_report(app, line, types, Measurement{child.duration, child.status}, progress);
  return {static_cast<ExitCode>(child.status), child.signal};
}

} // namespace

End run(const App& app) {
  const EventTypes types = event_types(app);
  CommandLine line;
  Progress progress;
  try {
    line = parse_command_line(app.arguments, types);
    if (is_to_be_wrapped(line)) {
      check_values(line.settings);
    }
  } catch (...) {
    line.trouble = current_failure();
  }
  if (is_to_be_wrapped(line)) {
    return run_wrapped(app, line, types);
  }
  run_and_report(app, line, types, std::nullopt, progress);
  return {progress.exit_code};
}

} // namespace metrics_event
