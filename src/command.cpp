#include "command.hpp"

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

constexpr std::array commands{
    CommandType{
        "listen", "receive pushes, for trying things out",
        "Answers as Loki does and prints each entry that it accepts as one line of JSON: "
        "the line itself, or with --output json the whole entry. With --timeout given on the "
        "command line, ends after that time, with status 75 if --count was not reached.",
        listen_options},
};

} // namespace

std::span<const CommandType> all_commands() {
  return commands;
}

} // namespace metrics_event
