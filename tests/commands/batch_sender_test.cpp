#include "commands/batch_sender.hpp"

#include "spool/spool.hpp"
#include "support/in_process.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace std::chrono_literals;
using metrics_event::testing::InProcess;
using metrics_event::testing::TemporaryDirectory;
using metrics_event::testing::write_file;

namespace {

// Time that passes by 100 ms whenever somebody looks.
class PassingClock final : public metrics_event::Clock {
public:
  Instant now() override { return Instant{1'800'000'000s}; }
  Deadline steady_now() override { return time += 100ms; }
  bool sleep_until(Deadline until) override {
    time = std::max(time, until);
    return true;
  }
  double random() override { return 0; }

  Deadline time{1h};
};

} // namespace

TEST_SUITE_BEGIN("batch_sender");

TEST_CASE("with a spool, a receiver that is down is tried again after pauses that double") {
  constexpr int lines = 2000;
  constexpr std::size_t failures = 8; // then one push is accepted, and the rest fails again
  constexpr std::size_t most_pushes = failures + 3;
  const TemporaryDirectory directory = TemporaryDirectory::in_memory();
  std::string text;
  for (int line = 0; line < lines; ++line) { // too far apart for a common push, none behind others
    text += R"({"timestamp":)" + std::to_string(1'700'000'000 - 7200 * line) +
            R"(,"event":"runner_installed","flavor":"small","duration":1})"
            "\n";
  }
  write_file(directory.path() / "input", text);
  InProcess process;
  PassingClock clock;
  std::vector<Deadline> pushes;
  process.transport = [&](const Request&, Deadline) {
    pushes.push_back(clock.time);
    return pushes.size() == failures + 1 ? Reply{.status = 204}
                                         : Reply{.trouble = Trouble::no_connection};
  };
  CHECK(process.run({"batch", (directory.path() / "input").string(), "--quiet", "--retries", "0",
                     "--url", "http://loki.example.com", "--spool",
                     (directory.path() / "spool").string()},
                    clock) == 0);
  REQUIRE(pushes.size() >= most_pushes);
  const std::chrono::seconds pauses[]{1s, 2s, 4s, 8s, 16s, 30s, 30s, 30s, 0s, 1s};
  for (std::size_t i = 0; i < std::size(pauses); ++i) {
    CAPTURE(i);
    const auto pause = pushes[i + 1] - pushes[i];
    CHECK(pause >= pauses[i]);
    CHECK(pause < pauses[i] + 3s); // the lines that are spooled meanwhile take their time
  }
}

TEST_SUITE_END();
