#include "delivery/pusher.hpp"

#include "loki/gzip.hpp"
#include "loki/push.hpp"
#include "support/test_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace metrics_event;
using namespace std::chrono_literals;
using metrics_event::testing::TestClock;

namespace {

using Fate = Pushed::Fate;

// What a receiver was asked to take at once.
struct Received {
  Headers headers;
  std::set<std::string> lines;
  std::size_t size = 0; // of the body as it came
  Deadline deadline;

  std::string header(const std::string& name) const {
    const auto found = std::ranges::find(headers, name, &Headers::value_type::first);
    return found == headers.end() ? "" : found->second;
  }
  bool is_compressed() const { return header("Content-Encoding") == "gzip"; }
};

// Entries whose lines are the numbers from 0.
std::vector<Entry> numbered(std::size_t count, const std::string& padding = "") {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    entries.push_back(
        {{{"job", "x"}}, Instant{std::chrono::seconds{i}}, std::to_string(i) + padding, {}});
  }
  return entries;
}

// A pusher, and a receiver that answers as `answer` says.
struct Bench {
  explicit Bench(const PushLimits& of_test = {.timeout = 5s}) : limits{of_test} {}

  std::function<Reply(const Received&)> answer = [](const Received&) {
    return Reply{.status = 204};
  };
  PushLimits limits;
  TestClock clock;
  std::vector<Received> received;
  std::vector<Pushed> heard;
  Transport transport = [this](const Request& request, Deadline deadline) {
    Received push{.headers = request.headers, .size = request.body.size(), .deadline = deadline};
    const auto body =
        push.is_compressed() ? gunzip(request.body, 10 * largest_push) : std::string{request.body};
    REQUIRE(body.has_value());
    const auto entries = decode_push(*body);
    REQUIRE(entries.has_value());
    for (const Entry& entry : *entries) {
      push.lines.insert(entry.line);
    }
    received.push_back(std::move(push));
    return answer(received.back());
  };
  Pusher pusher{{.headers = {{"X-More", "1"}}}, limits, transport, clock};

  std::size_t push(const std::vector<Entry>& entries, const std::string& org_id = "") {
    return pusher.push(org_id, entries, [this](const Pushed& pushed) { heard.push_back(pushed); });
  }

  std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> sizes;
    for (const Received& push : received) {
      sizes.push_back(push.lines.size());
    }
    return sizes;
  }

  // What was heard, as "accepted 0+3 ".
  std::string fates() const {
    std::string text;
    for (const Pushed& pushed : heard) {
      text += pushed.fate == Fate::accepted  ? "accepted "
              : pushed.fate == Fate::refused ? "refused "
                                             : "stopped ";
      text += std::to_string(pushed.first) + '+' + std::to_string(pushed.count) + ' ';
    }
    return text;
  }
};

using Sizes = std::vector<std::size_t>;

} // namespace

TEST_SUITE_BEGIN("pusher");

TEST_CASE("nothing is pushed of nothing") {
  Bench bench;
  CHECK(bench.push({}) == 0);
  CHECK(bench.received.empty());
  CHECK(bench.heard.empty());
}

TEST_CASE("entries that are accepted go in one push, with the tenant and all headers") {
  Bench bench;
  CHECK(bench.push(numbered(3), "team") == 3);
  REQUIRE(bench.sizes() == Sizes{3});
  CHECK(bench.received[0].header("X-Scope-OrgID") == "team");
  CHECK(bench.received[0].header("X-More") == "1");
  CHECK(bench.received[0].deadline == bench.clock.time + 5s);
  CHECK(bench.fates() == "accepted 0+3 ");
  CHECK(bench.heard[0].delivery.http_status == 204);
}

TEST_CASE("of many that are refused the bad ones are told one by one, the others in their order") {
  Bench bench;
  bench.answer = [](const Received& push) -> Reply {
    const bool is_bad = push.lines.contains("3") || push.lines.contains("6");
    return is_bad ? Reply{.status = 400, .body = "no such number"} : Reply{.status = 204};
  };
  CHECK(bench.push(numbered(8)) == 8);
  CHECK(bench.fates() ==
        "accepted 0+2 accepted 2+1 refused 3+1 accepted 4+2 refused 6+1 accepted 7+1 ");
  CHECK(bench.heard[2].delivery.judgement.response == "no such number");
}

TEST_CASE("trouble stops the rest, of which nothing more is tried") {
  Bench bench;
  bench.answer = [](const Received& push) -> Reply {
    return push.lines.contains("0")   ? Reply{.status = 400}
           : push.lines.contains("2") ? Reply{.status = 503, .retry_after = "7"}
                                      : Reply{.status = 204};
  };
  CHECK(bench.push(numbered(8)) == 2);
  CHECK(bench.fates() == "refused 0+1 accepted 1+1 stopped 2+2 ");
  CHECK(bench.heard.back().delivery.retry_after == 7s);
  CHECK(bench.sizes() == Sizes{8, 4, 2, 1, 1, 2});
}

TEST_CASE("what is about the tenant refuses no entry") {
  for (const int status : {260, 401, 403}) {
    CAPTURE(status);
    Bench bench;
    bench.answer = [status](const Received&) { return Reply{.status = status}; };
    CHECK(bench.push(numbered(4)) == 0);
    CHECK(bench.fates() == "stopped 0+4 ");
    CHECK(bench.sizes() == Sizes{4});
  }
}

TEST_CASE("a rate that many exceed is found once, and kept to from then on") {
  Bench bench{{.retries = 1, .timeout = 5s}};
  bench.answer = [](const Received& push) {
    return Reply{.status = push.lines.size() > 3 ? 429 : 204};
  };
  CHECK(bench.push(numbered(8)) == 8);
  CHECK(bench.sizes() == Sizes{8, 8, 4, 4, 2, 2, 2, 2});
  bench.received.clear();
  CHECK(bench.push(numbered(5)) == 5);
  CHECK(bench.sizes() == Sizes{2, 1, 2});
}

TEST_CASE("a rate that one entry exceeds, or that is said with a time, stops the rest") {
  const auto fates = [](const PushLimits& limits, const Reply& reply) {
    Bench bench{limits};
    bench.answer = [&](const Received&) { return reply; };
    bench.push(numbered(4));
    return bench.fates();
  };
  CHECK(fates({.retries = 1, .timeout = 5s}, {.status = 429}) == "stopped 0+1 ");
  CHECK(fates({.retries = 0, .timeout = 5s}, {.status = 429}) == "stopped 0+4 ");
  CHECK(fates({.retries = 1, .timeout = 5s}, {.status = 429, .retry_after = "60"}) ==
        "stopped 0+4 ");
}

TEST_CASE("bodies are compressed from 1 KiB") {
  Bench bench;
  const auto entries = numbered(1, std::string(1100, 'x'));
  const auto small = numbered(1, std::string(900, 'x'));
  REQUIRE(push_body(small).size() < 1024);
  bench.push(entries);
  bench.push(small);
  REQUIRE(bench.received.size() == 2);
  CHECK(bench.received[0].is_compressed());
  CHECK(bench.received[0].size < 200);
  CHECK_FALSE(bench.received[1].is_compressed());
}

TEST_CASE("a receiver without gzip is asked once, and gets plain bodies from then on") {
  for (const int status : {400, 415}) {
    CAPTURE(status);
    Bench bench;
    bench.answer = [status](const Received& push) {
      return Reply{.status = push.is_compressed() ? status : 204};
    };
    const auto entries = numbered(2, std::string(1000, 'x'));
    CHECK(bench.push(entries) == 2);
    CHECK(bench.push(entries) == 2);
    CHECK(bench.fates() == "accepted 0+2 accepted 0+2 ");
    CHECK(bench.sizes() == Sizes{2, 2, 2});
  }
}

TEST_CASE("no push begins after the end, and none is tried beyond it") {
  Bench bench{{.timeout = 5s, .ends = TestClock{}.time + 2s}};
  bench.answer = [&](const Received& push) {
    bench.clock.time += 1s;
    return Reply{.status = push.lines.size() > 1 ? 400 : 204};
  };
  CHECK(bench.push(numbered(4)) == 0);
  CHECK(bench.sizes() == Sizes{4, 2});
  CHECK(bench.received[0].deadline == bench.limits.ends);
  CHECK(bench.heard.empty());
}

TEST_SUITE_END();
