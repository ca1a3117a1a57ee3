#include "command.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

constexpr std::array listen_options{
    CommandOption{"address", "ADDRESS", "127.0.0.1", "the address to listen on"},
    CommandOption{"port", "PORT", "3100", "the port to listen on; 0 picks a free one"},
    CommandOption{"count", "N", "", "end after N entries"},
    CommandOption{
        "respond", "SCRIPT", "204",
        "what to answer to one push after the other, the last one repeated: statuses with "
        "commas between them, each with an optional :retry-after=SECONDS"},
};

constexpr std::array<std::string_view, 4> listen_settings{"config", "timeout", "output", "verbose"};

constexpr std::array commands{
    CommandType{
        "listen", "receive pushes, for trying things out",
        "Says on stderr where it listens, \"listening on URL\", once it does. Answers as Loki "
        "does, "
        "but takes entries of any age and no compressed bodies, and prints each entry that it "
        "accepts "
        "as one line of JSON before it answers: the line itself, or with --output json the whole "
        "entry. With --verbose, says on stderr what it refused. GET /ready is answered as well. A "
        "body may have 4 MiB, a client 30 seconds for a request; 256 clients are served at a time. "
        "SIGINT and SIGTERM end it with status 0. With --timeout on the command line it ends after "
        "that time, with status 75 if --count was not reached.",
        listen_options, listen_settings},
};

} // namespace

bool heeds(const CommandType& command, std::string_view setting) {
  return std::ranges::find(command.settings, setting) != command.settings.end();
}

std::span<const CommandType> all_commands() {
  return commands;
}

} // namespace metrics_event
