#include "app.hpp"

#include "access.hpp"
#include "cli.hpp"
#include "config_file.hpp"
#include "delivery.hpp"
#include "entry.hpp"
#include "event.hpp"
#include "file.hpp"
#include "help.hpp"
#include "listen.hpp"
#include "log_file.hpp"
#include "loki.hpp"
#include "process.hpp"
#include "report.hpp"
#include "settings_rules.hpp"
#include "text.hpp"
#include "version.hpp"

#include <boost/system/system_error.hpp>

#include <new>
#include <system_error>

namespace metrics_event {
namespace {

// Sends one event, or does what --dry-run and --disabled do instead; fills the report as it goes,
// so that a failure is reported with all that was known.
class Send {
public:
  Send(const App& app, const SendEvent& command, const Resolved& resolved, Report& report)
      : app_{app}, command_{command}, resolved_{resolved}, settings_{resolved.settings},
        report_{report} {}

  void run() {
    report_.url = settings_.url.url();
    const Instant now = app_.clock.now();
    report_.event = make_event(*command_.type, command_.fields, now);
    report_.entry =
        make_entry(*report_.event, settings_.labels, settings_.metadata, settings_.entry_time, now);
    for (const std::string& loss : likely_losses(*report_.entry, now)) {
      warn(loss);
    }

    std::string body = push_body({&*report_.entry, 1});
    if (body.size() > largest_push) {
      throw Failure{ExitCode::data, "the event makes a push of " + std::to_string(body.size()) +
                                        " bytes, send at most " + std::to_string(largest_push)};
    }
    if (settings_.dry_run) {
      report_.status = Report::Status::dry_run;
      if (settings_.output == Output::text) {
        app_.console.print(body + '\n');
      }
    } else if (settings_.disabled) {
      report_.status = Report::Status::disabled;
    } else {
      deliver(std::move(body));
    }
  }

private:
  void warn(const std::string& text) const {
    if (!settings_.quiet) {
      app_.console.say("warning: " + text);
    }
  }

  void deliver(std::string body) {
    if (settings_.url.scheme == Scheme::file) {
      append();
    } else {
      push(std::move(body));
    }
    report_.status = Report::Status::delivered;
    if (settings_.verbose) {
      app_.console.say(describe_delivery(report_));
    }
  }

  void append() {
    const Deadline start = app_.clock.steady_now();
    report_.attempts = 1;
    append_line(settings_.url.target, report_.entry->line, settings_.special_file,
                start + settings_.timeout);
    report_.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(app_.clock.steady_now() - start);
  }

  void push(std::string body) {
    Access access = open_access(resolved_, [this](const std::string& text) { warn(text); });
    const Delivery delivery = metrics_event::deliver(
        push_request(std::move(access), settings_.org_id, settings_.headers, std::move(body)),
        RetryPolicy{}, settings_.timeout, app_.transport, app_.clock);
    const Judgement& judgement = delivery.judgement;
    report_.attempts = delivery.attempts;
    report_.http_status = delivery.http_status;
    report_.elapsed = delivery.elapsed;
    if (judgement.code != ExitCode::ok) {
      report_.response = judgement.response;
      throw Failure{judgement.code, "cannot deliver " + report_.event->name + " to " + report_.url +
                                        ": " + judgement.message + std::string{hint(judgement)}};
    }
  }

  // A receiver that does not know structured metadata refuses the whole push for it.
  std::string_view hint(const Judgement& judgement) const {
    const bool suspicious = judgement.code == ExitCode::data && !settings_.metadata.empty();
    return suspicious ? "; structured metadata needs Loki 3, try without --metadata" : "";
  }

  const App& app_;
  const SendEvent& command_;
  const Resolved& resolved_;
  const Settings& settings_;
  Report& report_;
};

void run_command(const App& app, const CommandLine& line, const Resolved& resolved,
                 Report& report) {
  if (const auto* send = std::get_if<SendEvent>(&line.command)) {
    Send{app, *send, resolved, report}.run();
  } else if (const auto* command = std::get_if<RunCommand>(&line.command)) {
    listen(listen_options(*command->type, command->options, resolved), app.console);
  }
}

// What the configuration files give, the one that counts least first.
std::vector<Layer> read_config_files(const std::vector<Layer>& layers,
                                     const Environment& environment) {
  std::vector<Layer> from_files;
  for (const ConfigPlace& place : config_places(layers, environment)) {
    if (place.asked_by) {
      from_files.push_back(config_layer(read_named_file(place.path, *place.asked_by), place.path));
      continue;
    }
    const auto text = read_file(place.path);
    const bool missing =
        text.has_error() && (text.error() == std::errc::no_such_file_or_directory ||
                             text.error() == std::errc::not_a_directory);
    if (text.has_error() && !missing) {
      throw Failure{ExitCode::config,
                    "cannot read " + quote(place.path) + ": " + system_words(text.error())};
    }
    if (text) {
      from_files.push_back(config_layer(*text, place.path));
    }
  }
  return from_files;
}

// True when the command line asks for words only, which are printed.
bool print_words(const App& app, const CommandLine& line) {
  if (const auto* topic = std::get_if<ShowHelp>(&line.command)) {
    app.console.print(help(topic->topic, app.events));
    return true;
  }
  if (std::holds_alternative<ShowVersion>(line.command)) {
    app.console.print("metrics-event " + std::string{version} + '\n');
    return true;
  }
  return false;
}

void print_result(const App& app, const Report& report) {
  try {
    app.console.print(to_json(report));
  } catch (const Failure& failure) {
    const bool delivered = report.status == Report::Status::delivered;
    throw Failure{failure.code(), failure.text() + (delivered ? "; the event is delivered" : "")};
  }
}

// The exception under way, in the one type that is reported.
Failure current_failure() {
  try {
    throw;
  } catch (const Failure& failure) {
    return failure;
  } catch (const std::bad_alloc&) {
    return {ExitCode::tempfail, "out of memory, try again later"};
  } catch (const std::system_error& error) {
    return {ExitCode::tempfail, system_words(error.code()) + ", try again later"};
  } catch (const boost::system::system_error& error) {
    return {ExitCode::tempfail, system_words(error.code()) + ", try again later"};
  } catch (const std::exception& bug) {
    return {ExitCode::software, std::string{"this is a bug: "} + bug.what()};
  } catch (...) {
    return {ExitCode::software, "this is a bug: an unknown exception"};
  }
}

// Says what went wrong, where `settings` want it said, and completes the report.
void report_failure(const App& app, const Failure& failure, const Settings& settings,
                    bool wants_object, Report& report) {
  const bool excused = settings.best_effort && excused_by_best_effort(failure.code());
  if (!excused || !settings.quiet) {
    app.console.say((excused ? "warning: " : "error: ") + failure.text());
  }
  report.status = Report::Status::failed;
  report.exit_code = excused ? ExitCode::ok : failure.code();
  report.failure = failure;
  if (wants_object) {
    app.console.print(to_json(report));
  }
}

} // namespace

ExitCode run(const App& app) {
  Report report;
  Settings settings; // as far as they are known
  bool is_event = true;
  try {
    const CommandLine line = parse_command_line(app.arguments, app.events);
    is_event = !std::holds_alternative<RunCommand>(line.command);
    std::vector<Layer> layers{environment_layer(app.environment), line.settings};
    settings.output = output_of(layers);
    if (line.trouble) {
      throw Failure{*line.trouble};
    }
    if (print_words(app, line)) {
      return ExitCode::ok;
    }
    const std::vector<Layer> from_files = read_config_files(layers, app.environment);
    layers.insert(layers.begin(), from_files.begin(), from_files.end());
    settings.output = output_of(layers);
    const auto* const command = std::get_if<RunCommand>(&line.command);
    const Resolved resolved = resolve(
        layers, command == nullptr ? std::span<const std::string_view>{} : command->type->settings);
    settings = resolved.settings;
    if (holds_secret(settings)) {
      keep_out_of_cores();
    }
    settings.best_effort = settings.best_effort && is_event;
    run_command(app, line, resolved, report);
    if (is_event && settings.output == Output::json) {
      print_result(app, report);
    }
  } catch (...) {
    const Failure failure = current_failure();
    const bool wants_object = is_event && settings.output == Output::json &&
                              failure.code() != ExitCode::ioerr; // stdout has just failed
    try {
      report_failure(app, failure, settings, wants_object, report);
    } catch (const Failure&) { // the object could not be written, which changes nothing
    }
  }
  return report.exit_code;
}

} // namespace metrics_event
