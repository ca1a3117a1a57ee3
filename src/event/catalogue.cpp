#include "event/catalogue.hpp"

#include <array>

namespace metrics_event {
namespace {

constexpr Field text(std::string_view name, std::string_view help) {
  return {.name = name, .type = FieldType::string, .help = help};
}

constexpr Field seconds(std::string_view name, std::string_view help) {
  return {
      .name = name, .type = FieldType::number, .help = help, .unit = Unit::seconds, .minimum = "0"};
}

constexpr Field count(std::string_view name, std::string_view help) {
  return {.name = name, .type = FieldType::integer, .help = help, .minimum = "0"};
}

constexpr Field integer(std::string_view name, std::string_view help) {
  return {.name = name, .type = FieldType::integer, .help = help};
}

constexpr Field optional(Field field) {
  field.required = false;
  return field;
}

// Marks a field `a.b` as a member of a nested object a that may be left out as a whole.
constexpr Field in_optional_object(Field field) {
  field.parent = field.name.substr(0, field.name.find('.'));
  field.in_optional_object = true;
  return field;
}

constexpr Field measured(Measured what, Field field) {
  field.measured = what;
  return field;
}

constexpr Field from_variable(std::string_view variable, Field field) {
  field.variable = variable;
  return field;
}

constexpr Field with_examples(std::span<const std::string_view> examples, Field field) {
  field.examples = examples;
  return field;
}

constexpr std::array<std::string_view, 4> github_events{"push", "pull_request", "schedule",
                                                        "workflow_dispatch"};
constexpr std::array<std::string_view, 2> statuses{"normal", "abnormal"};
constexpr std::array<std::string_view, 4> conclusions{"success", "failure", "cancelled", "skipped"};

constexpr Field flavor = text("flavor", "the type of runner, such as its size");
// The variables are those that GitHub sets for a job and for the hooks of its runner.
constexpr Field workflow =
    from_variable("GITHUB_WORKFLOW", text("workflow", "the workflow that the job belongs to"));
constexpr Field repo =
    from_variable("GITHUB_REPOSITORY", text("repo", "the repository, as OWNER/NAME"));
constexpr Field github_event = from_variable(
    "GITHUB_EVENT_NAME",
    with_examples(github_events, text("github_event", "the event that triggered the workflow")));

constexpr std::array runner_installed{
    flavor,
    measured(Measured::duration, seconds("duration", "how long the installation took")),
};

constexpr std::array runner_start{
    flavor,
    workflow,
    repo,
    github_event,
    seconds("idle", "how long the runner waited for the job"),
    optional(seconds("queue_duration", "how long the job waited for a runner")),
};

constexpr std::array runner_stop{
    flavor,
    workflow,
    repo,
    github_event,
    measured(Measured::status, with_examples(statuses, text("status", "how the runner ended"))),
    measured(Measured::exit_code,
             in_optional_object(
                 integer("status_info.code", "the exit code or HTTP status behind the status"))),
    measured(Measured::duration, seconds("job_duration", "how long the job ran")),
    optional(
        with_examples(conclusions, text("job_conclusion", "the conclusion of the job on GitHub"))),
};

constexpr std::array reconciliation{
    flavor,
    count("crashed_runners", "the number of crashed runners"),
    count("idle_runners", "the number of idle runners"),
    optional(count("active_runners", "the number of runners with a job")),
    optional(count("expected_runners", "the number of runners that should exist")),
    measured(Measured::duration, seconds("duration", "how long the reconciliation took")),
};

constexpr std::array events{
    EventType{"runner_installed", "a runner was installed and is ready", runner_installed},
    EventType{"runner_start", "a runner started a job", runner_start},
    EventType{"runner_stop", "a runner finished a job", runner_stop},
    EventType{"reconciliation", "the number of runners was compared with the target",
              reconciliation},
};

} // namespace

std::span<const EventType> built_in_events() {
  return events;
}

} // namespace metrics_event
