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
    console_.say("error: " + input_ + ": further errors of this kind are only counted");
  }
}

std::string BatchConsole::remedy(std::uint64_t first) const {
  const std::size_t mark = remedy_.find('#');
  return mark == std::string::npos
             ? remedy_
             : remedy_.substr(0, mark) + std::to_string(first) + remedy_.substr(mark + 1);
}

void BatchConsole::warn(const std::string& text) {
  clear();
  console_.warn(text);
}

} // namespace metrics_event
