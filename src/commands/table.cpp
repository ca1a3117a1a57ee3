#include "commands/table.hpp"

#include "commands/batch.hpp"
#include "commands/batch_report.hpp"
#include "commands/check.hpp"
#include "commands/completion.hpp"
#include "commands/flush.hpp"
#include "commands/flush_report.hpp"
#include "commands/help.hpp"
#include "commands/listen.hpp"
#include "commands/schema.hpp"
#include "commands/send.hpp"
#include "commands/send_report.hpp"

#include <array>

namespace metrics_event {
namespace {

using Examples = std::array<std::string_view, 2>;

constexpr Examples send_examples{"metrics-event send cache-cleaned path=/var/cache freed:=97.5",
                                 "metrics-event send backup host=db1 -- ./backup.sh"};

constexpr std::array batch_options{
    CommandOption{"null", "", "", "end each event with a NUL character, not a newline", '0'},
    CommandOption{"resume", "", "", "continue after the last line that an earlier run dealt with"},
    CommandOption{"skip-invalid", "", "", "send the valid lines even if others are invalid (65)"},
};

constexpr Examples batch_examples{"metrics-event batch events.jsonl",
                                  "metrics-event batch --resume /var/log/app/*.jsonl"};

constexpr std::array flush_options{
    CommandOption{"wait", "DURATION", "", "keep trying for this long, until nothing is left"},
    CommandOption{"list", "", "", "show the entries instead: age, attempts, event, destination"},
    CommandOption{"drop", "", "", "delete the entries that a filter selects, or --all, instead"},
    CommandOption{"all", "", "", "with --drop: delete everything"},
    CommandOption{.name = "event",
                  .placeholder = "EVENT",
                  .help = "with --list or --drop: only events of this name",
                  .value_kind = ValueKind::event},
    CommandOption{"older-than", "AGE", "",
                  "with --list or --drop: only entries older than AGE, such as 12h or 7d"},
    CommandOption{"refused", "", "", "with --list or --drop: the refused entries instead"},
};

constexpr std::string_view flush_settings =
    "url query-url header username password-file password bearer-token bearer-token-file ca-cert "
    "cert key "
    "tls-skip-verify no-proxy proxy config timeout connect-timeout retries confirm spool disabled "
    "dry-run "
    "best-effort output quiet verbose";

constexpr Examples flush_examples{"metrics-event flush --wait 5m",
                                  "metrics-event flush --drop --older-than 7d --dry-run"};

constexpr std::array check_options{
    CommandOption{"send", "", "",
                  "send a real event, metrics_event_check, instead of an empty push"},
    CommandOption{"wait", "DURATION", "", "keep trying for this long, until the receiver is ready"},
};

constexpr Examples check_examples{"metrics-event check --send",
                                  "metrics-event check --quiet || echo 'no events today'"};

constexpr std::array listen_options{
    CommandOption{"address", "ADDRESS", "127.0.0.1", "the address to listen on"},
    CommandOption{"port", "PORT", "3100", "the port to listen on; 0 picks a free one"},
    CommandOption{"count", "N", "", "end after N entries"},
    CommandOption{"respond", "SCRIPT", "204",
                  "the statuses with which to answer successive pushes, separated by commas, each "
                  "with an optional :retry-after=SECONDS; the last one is repeated"},
};

constexpr std::string_view listen_settings = "config timeout output quiet verbose";

constexpr Examples listen_examples{"metrics-event listen --count 1",
                                   "metrics-event listen --port 0 --respond 503,429,204"};

constexpr std::array schema_options{
    CommandOption{"logql", "", "", "print LogQL queries that read the fields of EVENT back"},
};

constexpr std::string_view schema_settings = "label config events output quiet";

constexpr Examples schema_examples{"metrics-event schema",
                                   "metrics-event schema --logql runner-stop"};

constexpr std::array completion_options{
    CommandOption{
        "word", "WORD", "",
        "print the words that can take the place of the last WORD of a command line; repeatable"},
};

constexpr std::string_view completion_settings = "events";

constexpr Examples completion_examples{
    "source <(metrics-event completion bash)",
    "metrics-event completion fish > ~/.config/fish/completions/metrics-event.fish"};

constexpr Examples help_examples{"metrics-event help runner-stop",
                                 "metrics-event help exit-statuses"};

constexpr std::array table{
    Command{.name = "send",
            .summary = "send an event of any name, with any fields",
            .details =
                "NAME may be in kebab-case, snake_case or CamelCase, and is sent in snake_case: "
                "RunnerInstalled becomes runner_installed. If a known event has this name, "
                "its fields are validated, and they may be given as KEY=VALUE as well. With -- "
                "COMMAND, the event gets the fields duration, exit_code and status, unless they "
                "are given.",
            .examples = send_examples,
            .operand = {ValueKind::event, "NAME", true},
            .sends_event = true,
            .spool = SpoolUse::keeps,
            .excusable = run_time_failures,
            .run = run_send,
            .result = empty_result<SendReport>},
    Command{
        .name = "batch",
        .summary = "send many events, one JSON object per line",
        .details =
            "Reads one JSON object per line from FILE, or from standard input without FILE or with "
            "-, and sends each as an event. A regular file is read twice: every line is validated "
            "before the first one is sent. An error names the line and the column. With --resume, "
            "lines that an earlier run has dealt with are skipped, even if the file was renamed or "
            "rotated since, and there may be several files. With a spool, events that cannot be "
            "delivered are kept there.",
        .examples = batch_examples,
        .operand = {.kind = ValueKind::file, .name = "FILE", .repeats_with = "resume"},
        .options = batch_options,
        .spool = SpoolUse::keeps,
        .excusable = run_time_failures,
        .run = run_batch,
        .result = empty_result<BatchReport>},
    Command{
        .name = "flush",
        .summary = "deliver the events in the spool",
        .details =
            "Sends the events in the spool, oldest first and many in one push, deletes those that "
            "were accepted, and says how many were delivered, how many were refused, how many are "
            "left, and on a terminal how long that took. Refused events are moved to refused/ in "
            "the spool, each with the reason. Without --spool, the usual spool is flushed: "
            "/var/spool/metrics-event for root, and metrics-event/spool in $XDG_STATE_HOME or "
            "~/.local/state for others. With --dry-run, it lists the entries that it would send "
            "or, with --drop, delete. The exit status is 0 "
            "when nothing is left and nothing was refused, 65 when something was refused, and "
            "otherwise that of the error.",
        .examples = flush_examples,
        .options = flush_options,
        .settings = flush_settings,
        .spool = SpoolUse::empties,
        .excusable = run_time_failures,
        .run = run_flush,
        .result = empty_result<FlushReport>},
    Command{
        .name = "check",
        .summary = "show the settings, and whether an event would be delivered",
        .details =
            "Prints each setting that is set, with its value and origin, or with --verbose all "
            "settings; it never prints a secret, only that it is set. Then it tests each step of a "
            "delivery: name lookup, connection, proxy, TLS and the certificate, the readiness of "
            "the receiver, its clock, the tenant, and the answer to an empty push, which stores "
            "nothing. The exit status is the one that an event would get; if that is not 0, one "
            "line on standard error names the fault and its remedy. With --quiet, only that line "
            "is printed. With --wait, it tries again while the receiver cannot be reached, is busy "
            "or is not ready, but not after a refusal.",
        .examples = check_examples,
        .options = check_options,
        .only_reports = "dry-run entry-time",
        .spool = SpoolUse::reports,
        .run = run_check,
        .result = check_result},
    Command{.name = "listen",
            .summary = "receive and print pushes, to try things out",
            .details =
                "Prints \"listening on URL\" on standard error once it is ready. It answers as "
                "Loki does, but accepts entries of any age, and no encoding except gzip. Each "
                "accepted entry is printed before the answer is sent: its line, or with --output "
                "json the whole entry. With --verbose, refusals are reported on standard error. "
                "GET /ready is answered as well. A body may have up to 4 MiB, a request may take "
                "up to 30 seconds, and up to 256 clients are served at a time. SIGINT and SIGTERM "
                "end it with "
                "status 0. With --timeout on the command line, it ends after that time, with "
                "status 75 if --count was not reached.",
            .examples = listen_examples,
            .options = listen_options,
            .settings = listen_settings,
            .run = run_listen,
            .result = failure_result},
    Command{
        .name = "schema",
        .summary = "list the known events, or print one as JSON Schema",
        .details =
            "Without EVENT, lists the events and where each is declared. With EVENT, prints a JSON "
            "Schema that declares the same event; see metrics-event-schema(5). With --logql, "
            "prints "
            "queries for Loki, one per line, each below a comment; they select the streams that "
            "have the labels set with --label.",
        .examples = schema_examples,
        .operand = {ValueKind::event, "EVENT"},
        .options = schema_options,
        .settings = schema_settings,
        .run = run_schema,
        .result = failure_result},
    Command{
        .name = "completion",
        .summary = "print the completion script for bash, zsh or fish",
        .details =
            "Packages install these scripts; without a package, the startup file of the shell "
            "can source one. The script asks the program for everything that it offers: it "
            "runs this command with one --word for each word before the cursor, and the "
            "program prints one completion per line: a word, its description and the placeholder "
            "of its value, separated by tabs.",
        .examples = completion_examples,
        .operand = {ValueKind::shell, "SHELL", true},
        .options = completion_options,
        .settings = completion_settings,
        .run = run_completion},
    Command{.name = "help",
            .summary = "show help on an event, a command or a topic",
            .details = "TOPIC is an event, a command, options or exit-statuses. Without TOPIC, "
                       "prints the short help.",
            .examples = help_examples,
            .operand = {ValueKind::topic, "TOPIC"},
            .is_about_program = true,
            .settings = "events",
            .run = run_help},
    Command{.name = "version",
            .summary = "show the version",
            .details = "Prints the version, and the libraries that are linked in.",
            .is_about_program = true,
            .settings = no_settings,
            .run = run_version},
};

} // namespace

std::span<const Command> all_commands() {
  return table;
}

} // namespace metrics_event
