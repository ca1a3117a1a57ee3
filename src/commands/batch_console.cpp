#include "commands/batch_console.hpp"

namespace metrics_event {
namespace {

constexpr std::uint64_t most_complaints = 10;

} // namespace

void BatchConsole::complain(std::uint64_t& count, const std::string& place,
                            const std::string& text) {
  count += 1;
  if (count > most_complaints) {
    return;
  }
  clear();
  console_.say("error: " + input_ + ':' + place + ": " + text);
  if (count == most_complaints) {
    console_.say("error: " + input_ + ": what else is like that is only counted");
  }
}

void BatchConsole::warn(const std::string& text) {
  clear();
  console_.warn(text);
}

} // namespace metrics_event
