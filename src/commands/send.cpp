#include "commands/send.hpp"

#include "base/exit_code.hpp"
#include "base/text.hpp"
#include "delivery/access.hpp"
#include "delivery/delivery.hpp"
#include "delivery/drain.hpp"
#include "event/event.hpp"
#include "event/field_value.hpp"
#include "json/writer.hpp"
#include "loki/entry.hpp"
#include "loki/push.hpp"
#include "settings/rules.hpp"
#include "spool/spool.hpp"
#include "system/file.hpp"
#include "system/log_file.hpp"
#include "system/signals.hpp"

#include <algorithm>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::size_t most_entries_drained = 100;

// The text of a file that holds a value.
std::string value_in(const std::string& path, const std::string& name, Deadline deadline) {
  auto text = read_file(path, deadline);
  if (!text) {
    throw Failure{ExitCode::noinput, name + ": " + cannot_read(path, text.error())};
  }
  return *std::move(text);
}

// `@FILE` stands for the time at which the file was changed last.
void read_time(GivenField& given) {
  const bool is_time =
      given.field->type == FieldType::timestamp || given.form == GivenField::Form::since;
  if (is_time && given.form != GivenField::Form::json && given.text.starts_with('@')) {
    const std::string path = given.text.substr(1);
    const auto time = modification_time(path);
    if (!time) {
      throw Failure{ExitCode::noinput, given.name() + ": " + cannot_read(path, time.error())};
    }
    given.text = unix_seconds(*time);
  }
}

// What the command line gives of the event, with what the files hold that it names.
GivenEvent read_event(SendEvent command, Deadline deadline) {
  for (GivenField& field : command.fields) {
    read_time(field);
  }
  for (ExtraField& extra : command.extras) {
    if (extra.is_file) {
      extra.text = value_in(extra.text, key_of(extra), deadline);
    }
  }
  const auto members = members_of(command.extras);
  if (!members) {
    throw Failure{ExitCode::data, members.error().key + ": " + members.error().mismatch.text};
  }
  return given_event(command, *members);
}

// What to write where a text was given by key, but would do as JSON: `duration=12.5`.
std::string remedy(const SendEvent& command, const EventMistake& mistake) {
  const auto fields = command.type->fields;
  const auto field = std::ranges::find(fields, mistake.member, &Field::name);
  if (field == fields.end() || field->type == FieldType::string) {
    return "";
  }
  for (const ExtraField& extra : command.extras) {
    const bool is_text = !extra.is_json && !extra.is_file;
    const auto json = compact_json(extra.text);
    if (is_text && name_of(extra) == mistake.member && json && read_json(*field, *json)) {
      return ", give it as " + quote(key_of(extra) + ":=" + extra.text);
    }
  }
  return "";
}

class Send {
public:
  Send(const SendEvent& command, const std::optional<Measurement>& measurement,
       const Resolved& resolved, const Means& means, Report& report)
      : command_{command}, measurement_{measurement}, resolved_{resolved},
        settings_{resolved.settings}, means_{means}, report_{report} {}

  void run() {
    report_.url = settings_.url.url();
    const Instant now = means_.clock.now();
    GivenEvent given = read_event(command_, means_.clock.steady_now() + settings_.timeout);
    given.measurement = measurement_;
    auto event = build_event(*command_.type, given, now);
    if (!event) {
      throw Failure{event.error().code, event.error().text + remedy(command_, event.error())};
    }
    report_.event = *std::move(event);
    for (const std::string& warning : report_.event->warnings) {
      means_.console.warn(warning);
    }
    report_.entry =
        make_entry(*report_.event, settings_.labels, settings_.metadata, settings_.entry_time, now);
    for (const std::string& loss : likely_losses(*report_.entry, now)) {
      means_.console.warn(loss);
    }

    std::string body = push_body({&*report_.entry, 1});
    if (body.size() > largest_push) {
      throw Failure{ExitCode::data, "the event makes a push of " + std::to_string(body.size()) +
                                        " bytes, send at most " + std::to_string(largest_push)};
    }
    if (settings_.dry_run) {
      report_.status = Report::Status::dry_run;
      if (settings_.output == Output::text) {
        const bool is_file = settings_.url.scheme == Scheme::file;
        means_.console.print((is_file ? report_.entry->line : body) + '\n');
      }
    } else if (settings_.disabled) {
      report_.status = Report::Status::disabled;
    } else {
      deliver(std::move(body));
    }
  }

private:
  void deliver(std::string body) {
    for (const std::string& risk : risks(resolved_)) {
      means_.console.warn(risk);
    }
    if (settings_.url.scheme == Scheme::file) {
      if (settings_.spool.on) {
        means_.console.warn(resolved_.origins.at("spool").name + ": means nothing to a file");
      }
      append();
      delivered();
      return;
    }
    note_signals();
    // The time for the files that it takes is part of the whole, and so is a drain.
    const Effort effort{means_.clock.steady_now() + settings_.timeout, settings_.retries};
    try {
      push(std::move(body), effort);
    } catch (...) {
      const Failure failure = current_failure();
      if (!settings_.spool.on || failure.code() == ExitCode::data) {
        throw;
      }
      return keep(failure);
    }
    delivered();
    if (!settings_.spool.directory.empty()) {
      drain_spool(effort.deadline);
      if (noted_signal() != 0) {
        throw Failure{ExitCode::tempfail, "a signal ended it; the event is delivered"};
      }
    }
  }

  void delivered() {
    report_.status = Report::Status::delivered;
    if (settings_.verbose) {
      means_.console.say(describe_delivery(report_));
    }
  }

  void append() {
    const Deadline start = means_.clock.steady_now();
    report_.attempts = 1;
    append_line(settings_.url.target, report_.entry->line, settings_.special_file,
                start + settings_.timeout);
    report_.elapsed =
        std::chrono::duration_cast<std::chrono::milliseconds>(means_.clock.steady_now() - start);
  }

  void push(std::string body, const Effort& effort) {
    access_ = open_access(resolved_, effort.deadline,
                          [this](const std::string& text) { means_.console.warn(text); });
    const Delivery delivery = metrics_event::deliver(
        push_request(access_, settings_.org_id, settings_.headers, std::move(body)), effort,
        means_.transport, means_.clock);
    const Judgement& judgement = delivery.judgement;
    report_.attempts = delivery.attempts;
    report_.http_status = delivery.http_status;
    report_.elapsed = delivery.elapsed;
    if (!delivery.accepted()) {
      report_.response = judgement.response;
      const std::string_view hint = settings_.metadata.empty() ? "" : metadata_hint(judgement);
      const std::string attempts =
          delivery.attempts > 1 ? " in " + std::to_string(delivery.attempts) + " attempts" : "";
      throw Failure{judgement.code, "cannot deliver " + report_.event->name + " to " + report_.url +
                                        attempts + ": " + judgement.message + std::string{hint}};
    }
  }

  // What may pass is no failure then; what somebody has to mend still is.
  void keep(const Failure& failure) {
    const SpoolRecord record{settings_.url.kept_url(), settings_.org_id, *report_.entry};
    try {
      Spool::make(settings_.spool.directory, settings_.spool.is_usual)
          .add(record, report_.attempts, random_id(means_.clock), settings_.spool_max_bytes);
    } catch (const Failure& of_spool) {
      throw Failure{of_spool.code(), of_spool.text() + "; so the event is lost: " + failure.text()};
    }
    report_.status = Report::Status::spooled;
    report_.failure = failure;
    const Failure kept{failure.code(), "kept in the spool " +
                                           quote_path(settings_.spool.directory) + ": " +
                                           failure.text()};
    if (!may_pass(failure.code()) || noted_signal() != 0) {
      throw Failure{kept};
    }
    means_.console.warn(kept.text());
  }

  // The receiver is there, so what waits for it goes as well, as far as there is time.
  void drain_spool(Deadline deadline) {
    try {
      auto spool = Spool::find(settings_.spool.directory);
      if (!spool || !spool->try_lock()) {
        return;
      }
      drain(*spool,
            {.push = {.timeout = settings_.timeout, .ends = deadline},
             .most_entries = most_entries_drained,
             .only = Group{settings_.url.kept_url(), settings_.org_id}},
            [this](const std::string&) {
              return Destination{access_, settings_.headers};
            },
            means_.transport, means_.clock,
            {[this](const std::string& text) { means_.console.warn(text); },
             [](const std::string&) {}, [](const Drained&) {}});
    } catch (...) { // nobody asked for it
      if (settings_.verbose) {
        means_.console.say(current_failure().text());
      }
    }
  }

  Access access_; // once it was opened
  const SendEvent& command_;
  const std::optional<Measurement>& measurement_;
  const Resolved& resolved_;
  const Settings& settings_;
  const Means& means_;
  Report& report_;
};

} // namespace

void send(const SendEvent& command, const std::optional<Measurement>& measurement,
          const Resolved& resolved, const Means& means, Report& report) {
  Send{command, measurement, resolved, means, report}.run();
}

} // namespace metrics_event
