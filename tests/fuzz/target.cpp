#include "fuzz/target.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace metrics_event::testing {
namespace {

constexpr std::array table{
    FuzzTarget{"batch", fuzz_batch},
    FuzzTarget{"command_line", fuzz_command_line},
    FuzzTarget{"echo", fuzz_echo},
    FuzzTarget{"endpoint", fuzz_endpoint},
    FuzzTarget{"environment", fuzz_environment},
    FuzzTarget{"event_schema", fuzz_event_schema},
    FuzzTarget{"extra_field", fuzz_extra_field},
    FuzzTarget{"field", fuzz_field},
    FuzzTarget{"push", fuzz_push},
    FuzzTarget{"query_answer", fuzz_query_answer},
    FuzzTarget{"reply", fuzz_reply},
    FuzzTarget{"secret", fuzz_secret},
    FuzzTarget{"settings", fuzz_settings},
    FuzzTarget{"spool_record", fuzz_spool_record},
};

} // namespace

std::span<const FuzzTarget> fuzz_targets() {
  return table;
}

void must(bool holds, const char* words) {
  if (!holds) {
    throw std::logic_error{words};
  }
}

std::vector<std::string_view> lines_of(std::string_view input) {
  std::vector<std::string_view> lines;
  while (true) {
    const std::size_t end = std::min(input.find('\n'), input.size());
    lines.push_back(input.substr(0, end));
    if (end == input.size()) {
      return lines;
    }
    input.remove_prefix(end + 1);
  }
}

} // namespace metrics_event::testing
