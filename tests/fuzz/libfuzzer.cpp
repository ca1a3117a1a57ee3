#include "fuzz/target.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>

using namespace metrics_event::testing;

namespace {

// By a variable, which also the processes get that libFuzzer starts for itself.
const FuzzTarget& chosen_target() {
  const char* const name = std::getenv("METRICS_EVENT_FUZZ");
  const auto targets = fuzz_targets();
  const auto found = std::ranges::find(targets, name == nullptr ? "" : name, &FuzzTarget::name);
  if (found == targets.end()) {
    throw std::invalid_argument{"METRICS_EVENT_FUZZ must name a target"};
  }
  return *found;
}

} // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const FuzzTarget& target = chosen_target();
  target.run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
