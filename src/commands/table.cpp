#include "commands/table.hpp"

#include "commands/batch.hpp"
#include "commands/batch_report.hpp"
#include "commands/check.hpp"
#include "commands/completion.hpp"
#include "commands/flush.hpp"
#include "commands/flush_report.hpp"
#include "commands/listen.hpp"
#include "commands/schema.hpp"
#include "commands/send.hpp"
#include "commands/send_report.hpp"

#include <array>

namespace metrics_event {
namespace {

constexpr std::array listen_options{
    CommandOption{"address", "ADDRESS", "127.0.0.1", "the address to listen on"},
    CommandOption{"port", "PORT", "3100", "the port to listen on; 0 picks a free one"},
    CommandOption{"count", "N", "", "end after N entries"},
    CommandOption{"respond", "SCRIPT", "204",
                  "what to answer to one push after the other, the last one repeated: statuses "
                  "with commas between them, each with an optional :retry-after=SECONDS"},
};

constexpr std::string_view listen_settings = "config timeout output verbose";

constexpr std::array flush_options{
    CommandOption{"wait", "DURATION", "", "keep trying for so long, until nothing is left"},
    CommandOption{"list", "", "", "show what waits instead: age, attempts, event, destination"},
    CommandOption{"drop", "", "", "delete what a filter selects instead, or --all"},
    CommandOption{"all", "", "", "with --drop: everything"},
    CommandOption{.name = "event",
                  .placeholder = "EVENT",
                  .help = "with --list or --drop, a filter: events of this name",
                  .value_kind = ValueKind::event},
    CommandOption{"older-than", "AGE", "",
                  "with --list or --drop, a filter: entries older than 12h, 7d and so on"},
    CommandOption{"refused", "", "",
                  "with --list or --drop: what was refused, instead of what waits"},
};

constexpr std::string_view flush_settings =
    "url query-url header username password-file password bearer-token bearer-token-file ca-cert "
    "cert key "
    "tls-skip-verify no-proxy proxy config timeout connect-timeout retries confirm spool disabled "
    "dry-run "
    "best-effort output quiet verbose";

constexpr std::array check_options{
    CommandOption{"send", "", "",
                  "send a real event, metrics_event_check, instead of an empty push"},
    CommandOption{"wait", "DURATION", "", "try again for so long, until the receiver is ready"},
};

constexpr std::array batch_options{
    CommandOption{"null", "", "", "a NUL ends each event in the input, not a newline", '0'},
    CommandOption{"resume", "", "",
                  "continue each FILE after the last line that an earlier run has dealt with"},
    CommandOption{"skip-invalid", "", "",
                  "send the other lines when some are no events; the status is 65 all the same"},
};

constexpr std::array completion_options{
    CommandOption{
        "word", "WORD", "",
        "print what the script offers for the last WORD of a command line instead; repeatable"},
};

constexpr std::array schema_options{
    CommandOption{"logql", "", "",
                  "print the LogQL queries that read the fields of EVENT back from Loki instead"},
};

constexpr std::string_view schema_settings = "label config events output";
constexpr std::string_view completion_settings = "events";

constexpr std::array table{
    Command{.name = "send",
            .summary = "send an event that is declared nowhere",
            .details =
                "Sends an event of any name with any fields. The name is in kebab-case or "
                "snake_case, or in CamelCase, which becomes snake_case: RunnerInstalled is "
                "runner_installed. The name of a known event means that one, whose fields are "
                "validated, and may be given as KEY=VALUE as well. With -- COMMAND the event gets "
                "the fields duration, exit_code and status, unless they are given.",
            .operand = {ValueKind::event, "NAME", true},
            .sends_event = true,
            .spool = SpoolUse::keeps,
            .excusable = run_time_failures,
            .run = run_send,
            .result = empty_result<SendReport>},
    Command{
        .name = "batch",
        .summary = "send many events, each a line of JSON",
        .details =
            "Reads one JSON object per line from FILE, or from standard input without FILE or with "
            "-, and sends each as an event. A regular file is read twice: every line is validated "
            "before the first one is sent. An error names line and column. With --resume, only "
            "lines that no earlier "
            "run has sent are sent, even if the file was renamed or rotated. With a spool, events "
            "that cannot be delivered are kept there.",
        .operand = {.kind = ValueKind::file, .name = "FILE", .repeats_with = "resume"},
        .options = batch_options,
        .spool = SpoolUse::keeps,
        .excusable = run_time_failures,
        .run = run_batch,
        .result = empty_result<BatchReport>},
    Command{
        .name = "schema",
        .summary = "list the events that are known, or print one as JSON Schema",
        .details =
            "Lists the events with where they are declared, or prints that of EVENT as JSON "
            "Schema. What it prints declares the same event again; see metrics-event-schema(5). "
            "With --logql it prints queries for Loki, each on a line under a comment; they select "
            "the streams that have the labels of the setting label.",
        .operand = {ValueKind::event, "EVENT"},
        .options = schema_options,
        .settings = schema_settings,
        .run = run_schema},
    Command{.name = "completion",
            .summary = "print the completion script of a shell",
            .details =
                "Prints the script with which SHELL, which is bash, zsh or fish, completes the "
                "arguments of metrics-event. Packages install the same scripts; without a package, "
                "the start file of the shell can source it. The script asks the program for "
                "everything that it offers: it runs this command with --word for each word before "
                "the cursor, and the program prints on each line a word, its description and the "
                "placeholder of its value, with tabs between them.",
            .operand = {ValueKind::shell, "SHELL", true},
            .options = completion_options,
            .settings = completion_settings,
            .run = run_completion},
    Command{.name = "check",
            .summary = "say what is set and whether an event would be delivered",
            .details =
                "Prints every setting with its value and where it comes from; of a secret, only "
                "that it is set. Then it goes the way of an event: name lookup, connection, proxy, "
                "TLS and the certificate, whether the receiver says that it is ready, its clock "
                "against ours, the tenant, and what it answers to an empty push, which leaves "
                "nothing there. The exit status is the one that an event would get, and standard "
                "error has the line that says what to mend. A receiver that cannot be reached, or "
                "is busy or not ready, is what --wait waits for; what it refuses is not. With "
                "--output json the same is one object.",
            .options = check_options,
            .spool = SpoolUse::reports,
            .run = run_check,
            .result = check_result},
    Command{
        .name = "flush",
        .summary = "deliver what waits in the spool",
        .details =
            "Sends the events in the spool, oldest first and many in one push, deletes those that "
            "were accepted, and says how many were delivered, refused, and are left. Refused "
            "events are put aside with the reason. Without --spool, it is the usual spool: "
            "/var/spool/metrics-event of root, metrics-event/spool in $XDG_STATE_HOME or "
            "~/.local/state of others. The exit status is 0 when nothing is left and nothing was "
            "refused, 65 when something was refused, and otherwise that of the error.",
        .options = flush_options,
        .settings = flush_settings,
        .spool = SpoolUse::empties,
        .excusable = run_time_failures,
        .run = run_flush,
        .result = empty_result<FlushReport>},
    Command{.name = "listen",
            .summary = "receive pushes, for trying things out",
            .details =
                "Says on stderr where it listens, \"listening on URL\", once it does. Answers as "
                "Loki does, but takes entries of any age, and of encodings only gzip, and prints "
                "each entry that it accepts as one line of JSON before it answers: the line "
                "itself, or with --output json the whole entry. With --verbose, says on stderr "
                "what it refused. GET /ready is answered as well. A body may have 4 MiB, a client "
                "30 seconds for a request; 256 clients are served at a time. SIGINT and SIGTERM "
                "end it with status 0. With --timeout on the command line it ends after that time, "
                "with status 75 if --count was not reached.",
            .options = listen_options,
            .settings = listen_settings,
            .run = run_listen},
};

} // namespace

std::span<const Command> all_commands() {
  return table;
}

} // namespace metrics_event
