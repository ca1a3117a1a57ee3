#include "delivery/drain.hpp"

#include "json/writer.hpp"
#include "loki/gzip.hpp"
#include "loki/push.hpp"
#include "support/temporary.hpp"
#include "support/test_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace metrics_event;
using namespace std::chrono_literals;
using metrics_event::testing::TemporaryDirectory;
using metrics_event::testing::TestClock;

namespace {

constexpr auto url = "http://one.example.com/loki/api/v1/push";
constexpr auto other_url = "http://other.example.com/loki/api/v1/push";

// What a receiver was asked to take at once.
struct Push {
  std::string host;
  std::string org_id;
  bool is_compressed = false;
  std::vector<Entry> entries;
};

std::string header(const Request& request, const std::string& name) {
  const auto found = std::ranges::find(request.headers, name, &Headers::value_type::first);
  return found == request.headers.end() ? "" : found->second;
}

// A spool, and receivers that answer as `answer` says; what they accept is stored once, as Loki
// stores it. With `can_be_asked` they return all that is stored to every query.
struct Bench {
  TemporaryDirectory directory;
  Spool spool = Spool::make(directory.path() / "spool");
  TestClock clock;
  std::function<Reply(const Push&)> answer = [](const Push&) { return Reply{.status = 204}; };
  bool can_be_asked = false;
  std::vector<Push> pushes;
  std::size_t queries = 0;
  std::set<std::pair<Instant, std::string>> stored;
  std::vector<std::string> warnings;
  std::uint64_t made = 0;

  // By the thousand, so without what makes it last.
  void keep(const SpoolRecord& record) {
    const std::string text = encode(record);
    const SpoolName name{record.entry.time, made++, text.size(), 1};
    testing::write_file(directory.path() / "spool/new" / name.text(), text);
  }
  // Entries of 1 ns, 2 ns and so on, their lines the numbers.
  void keep(int first, int last, const std::string& to = url, const std::string& org_id = "",
            const Labels& labels = {{"job", "metrics"}}) {
    for (int i = first; i <= last; ++i) {
      keep({{to, org_id}, {labels, Instant{std::chrono::nanoseconds{i}}, std::to_string(i), {}}});
    }
  }

  Drained drain(const DrainLimits& limits = {.push = {.timeout = 5s}}) {
    const Transport transport = [this](const Request& request, Deadline) {
      if (request.is_query) {
        queries += 1;
        return answer_to_query();
      }
      const bool is_compressed = header(request, "Content-Encoding") == "gzip";
      const auto body =
          is_compressed ? gunzip(request.body, 10 * largest_push) : std::string{request.body};
      REQUIRE(body.has_value());
      CHECK(body->size() <= largest_push);
      auto entries = decode_push(*body);
      REQUIRE(entries.has_value());
      pushes.push_back({request.route.endpoint.host, header(request, "X-Scope-OrgID"),
                        is_compressed, *std::move(entries)});
      Reply reply = answer(pushes.back());
      if (reply.status == 204) {
        for (const Entry& entry : pushes.back().entries) {
          stored.emplace(entry.time, entry.line);
        }
      }
      return reply;
    };
    const FindRoutes find_routes = [this](const std::string& to) {
      Routes routes{.push = {.endpoint = *parse_endpoint(to)}};
      if (can_be_asked) {
        const auto place = query_place(routes.push.endpoint, {}, std::nullopt);
        REQUIRE(place.has_value());
        routes.query = QueryRoute{*place, {.endpoint = place->endpoint}};
      }
      return routes;
    };
    return metrics_event::drain(spool, limits, find_routes, transport, clock,
                                {[this](const std::string& text) { warnings.push_back(text); },
                                 [](const std::string&) {}, [](const Drained&) {}});
  }

  Reply answer_to_query() const {
    if (!can_be_asked) {
      return {.trouble = Trouble::no_connection};
    }
    std::string values;
    for (const auto& [time, line] : stored) {
      values += (values.empty() ? "[\"" : ",[\"") + unix_nanoseconds(time) + "\"," +
                json_string(line) + ']';
    }
    return {.status = 200,
            .content_type = "application/json",
            .body =
                R"({"data":{"result":[{"stream":{"job":"metrics"},"values":[)" + values + "]}]}}"};
  }

  std::uint64_t left() const { return spool.usage(Box::waiting).entries; }
  std::uint64_t refused() const { return spool.usage(Box::refused).entries; }
  std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> sizes;
    for (const Push& push : pushes) {
      sizes.push_back(push.entries.size());
    }
    return sizes;
  }
};

using Sizes = std::vector<std::size_t>;

bool holds(const Push& push, const std::string& line) {
  return std::ranges::find(push.entries, line, &Entry::line) != push.entries.end();
}

} // namespace

TEST_SUITE_BEGIN("drain");

TEST_CASE("nothing waits, nothing is sent") {
  Bench bench;
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 0);
  CHECK_FALSE(drained.failure);
  CHECK(bench.pushes.empty());
}

TEST_CASE("a thousand entries go in one push, the oldest first, and are gone when accepted") {
  Bench bench;
  bench.keep(1, 2500);
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 2500);
  CHECK_FALSE(drained.failure);
  CHECK(bench.left() == 0);
  CHECK(bench.sizes() == Sizes{1000, 1000, 500});
  CHECK(bench.stored.size() == 2500);
  CHECK(bench.pushes[1].entries.front().line == "1001");
  for (const Push& push : bench.pushes) {
    CHECK(std::ranges::is_sorted(push.entries, {}, &Entry::time));
  }
}

TEST_CASE("a push has at most 1 MiB, a single large entry included, and 64 KiB without queries") {
  for (const bool can_be_asked : {true, false}) {
    CAPTURE(can_be_asked);
    Bench bench;
    bench.can_be_asked = can_be_asked;
    for (int i = 1; i <= 5; ++i) {
      bench.keep(
          {{url, ""},
           {{{"job", "x"}}, Instant{std::chrono::nanoseconds{i}}, std::string(400'000, 'x'), {}}});
    }
    CHECK(bench.drain().counts.delivered == 5); // the transport checks the size
    CHECK(bench.sizes() == (can_be_asked ? Sizes{2, 2, 1} : Sizes{1, 1, 1, 1, 1}));
    CHECK(bench.queries == 0);
  }
}

// Of several streams in one push, a lost answer would leave all of them in doubt, and a query asks
// for one.
TEST_CASE("one push has one destination, one tenant and one stream") {
  Bench bench;
  for (int i = 0; i < 4; ++i) {
    bench.keep(10 * i + 1, 10 * i + 1, url, "", {{"job", i % 2 == 0 ? "a" : "b"}});
    bench.keep(10 * i + 2, 10 * i + 2, url, "team");
    bench.keep(10 * i + 3, 10 * i + 3, other_url);
  }
  CHECK(bench.drain().counts.delivered == 12);
  CHECK(bench.sizes() == Sizes{2, 4, 4, 2});
  CHECK(bench.pushes[0].host == "one.example.com");
  CHECK(bench.pushes[0].org_id.empty());
  CHECK(bench.pushes[1].org_id == "team");
  CHECK(bench.pushes[2].host == "other.example.com");
  CHECK(bench.pushes[3].host == "one.example.com");
  CHECK(bench.pushes[3].org_id.empty());
  const auto streams = [](const Push& push) {
    std::string text;
    for (const Entry& entry : push.entries) {
      text += entry.labels.at("job") + entry.line + ' ';
    }
    return text;
  };
  CHECK(streams(bench.pushes[0]) == "a1 a21 ");
  CHECK(streams(bench.pushes[3]) == "b11 b31 ");
}

TEST_CASE("entries of many destinations are all delivered, whose pushes are not begun at once") {
  Bench bench;
  for (int i = 0; i < 60; ++i) {
    bench.keep(i + 1, i + 1, url, std::to_string(i % 20));
  }
  CHECK(bench.drain().counts.delivered == 60);
  CHECK(bench.stored.size() == 60);
  CHECK(bench.left() == 0);
}

TEST_CASE("of many that are refused the bad ones are found and put aside, the others arrive") {
  Bench bench;
  bench.keep(1, 100);
  bench.answer = [](const Push& push) -> Reply {
    const bool is_bad = holds(push, "17") || holds(push, "64");
    return is_bad ? Reply{.status = 400, .body = "no such number"} : Reply{.status = 204};
  };
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 98);
  CHECK(drained.counts.refused == 2);
  CHECK(drained.counts.repeated == 396); // for all that anybody knows, each good part is stored
  CHECK_FALSE(drained.failure);
  CHECK(bench.left() == 0);
  CHECK(bench.refused() == 2);
  CHECK(bench.stored.size() == 98);
  CHECK(bench.pushes.size() < 40);
  REQUIRE(bench.warnings.size() == 2);
  const std::string name = bench.spool.names(Box::refused, "", 1).front();
  CHECK(bench.warnings[0].find(name) != std::string::npos);
  CHECK(bench.spool.reason(name).starts_with("HTTP status 400, \"no such number\""));
}

TEST_CASE("an entry that is too old gets the present once, in the spool before it is sent") {
  for (const char* const complaint :
       {"entry for stream '{}' has timestamp too old: 2020", "entry too far behind, oldest"}) {
    Bench bench;
    bench.keep(1, 3);
    const Instant present = bench.clock.now();
    bench.answer = [&](const Push& push) -> Reply {
      for (const Entry& entry : push.entries) {
        if (entry.time < present) {
          return {.status = 400, .body = complaint};
        }
        // What the spool has is what is sent, or a lost answer would make two of it.
        const auto names = bench.spool.names(Box::waiting, "", 10);
        CHECK(std::ranges::any_of(names, [&](const std::string& name) {
          return decode_record(*bench.spool.read(Box::waiting, name))->entry.time == entry.time;
        }));
      }
      return {.status = 204};
    };
    const Drained drained = bench.drain();
    CHECK(drained.counts.delivered == 3);
    CHECK(drained.counts.refused == 0);
    CHECK(drained.counts.repeated == 5); // under their old times, for all that anybody knows
    REQUIRE(bench.stored.size() == 3);
    CHECK(bench.stored.begin()->first == present);
    CHECK(bench.stored.rbegin()->first == present + 2ns); // no two alike
    CHECK(bench.left() == 0);
  }
}

TEST_CASE("what is too old even with the present is refused") {
  Bench bench;
  bench.keep(1, 1);
  bench.answer = [](const Push&) { return Reply{.status = 400, .body = "timestamp too old"}; };
  CHECK(bench.drain().counts.refused == 1);
  CHECK(bench.pushes.size() == 2);
  CHECK(bench.refused() == 1);
}

TEST_CASE("a restamped entry whose answer was lost keeps its new time, and is asked for") {
  for (const bool can_be_asked : {true, false}) {
    CAPTURE(can_be_asked);
    Bench bench;
    bench.can_be_asked = can_be_asked;
    bench.keep(1, 1);
    bool is_lost = true;
    bench.answer = [&](const Push& push) -> Reply {
      if (push.entries.front().time == Instant{1ns}) {
        return {.status = 400, .body = "timestamp too old"};
      }
      if (std::exchange(is_lost, false)) {
        bench.can_be_asked = false; // nobody answers
        bench.stored.emplace(push.entries.front().time, push.entries.front().line);
        return {.trouble = Trouble::timed_out, .is_sent = true};
      }
      return {.status = 204};
    };
    CHECK(bench.drain().failure->code() == ExitCode::tempfail);
    CHECK(bench.left() == 1);
    bench.clock.wall += 1h;
    bench.can_be_asked = can_be_asked;
    const Drained drained = bench.drain();
    CHECK(drained.counts.delivered == 1);
    CHECK(drained.counts.repeated == (can_be_asked ? 0 : 1));
    CHECK(bench.sizes() == (can_be_asked ? Sizes{1, 1} : Sizes{1, 1, 1}));
    CHECK(bench.stored.size() == 1);
    CHECK(bench.left() == 0);
  }
}

TEST_CASE("trouble that may pass stops the destination, keeps its entries, and counts attempts") {
  Bench bench;
  bench.keep(1, 3);
  bench.keep(4, 6, url, "team");
  bench.keep(7, 9, other_url);
  bench.answer = [](const Push& push) {
    return push.host == "one.example.com" ? Reply{.status = 503, .retry_after = "7"}
                                          : Reply{.status = 204};
  };
  const Drained drained = bench.drain({.push = {.retries = 0, .timeout = 5s}});
  CHECK(drained.counts.delivered == 3);
  REQUIRE(drained.failure);
  CHECK(drained.failure->code() == ExitCode::tempfail);
  CHECK(drained.failure->text().starts_with(std::string{"cannot deliver what waits for "} + url));
  CHECK(drained.retry_after == 7s);
  CHECK(bench.sizes() == Sizes{3, 3});
  CHECK(bench.left() == 6);
  const auto names = bench.spool.names(Box::waiting, "", 10);
  CHECK(parse_spool_name(names[0])->attempts == 2);
  CHECK(parse_spool_name(names[3])->attempts == 1); // the other tenant's was not tried
}

TEST_CASE("a tenant without permission does not hold up another") {
  Bench bench;
  bench.keep(1, 3);
  bench.keep(4, 6, url, "team");
  bench.answer = [](const Push& push) { return Reply{.status = push.org_id.empty() ? 401 : 204}; };
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 3);
  CHECK(drained.failure->code() == ExitCode::noperm);
  CHECK(bench.left() == 3);
  CHECK(bench.refused() == 0);
}

TEST_CASE("a rate limit that many exceed may take fewer at a time") {
  Bench bench;
  bench.keep(1, 100);
  bench.answer = [](const Push& push) {
    return Reply{.status = push.entries.size() > 30 ? 429 : 204};
  };
  const Drained drained = bench.drain({.push = {.retries = 1, .timeout = 5s}});
  CHECK(drained.counts.delivered == 100);
  CHECK_FALSE(drained.failure);
}

TEST_CASE("a receiver that says when to come again is not asked for less") {
  Bench bench;
  bench.keep(1, 100);
  bench.answer = [](const Push&) { return Reply{.status = 429, .retry_after = "60"}; };
  const Drained drained = bench.drain({.push = {.retries = 1, .timeout = 5s}});
  CHECK(drained.failure->code() == ExitCode::tempfail);
  CHECK(drained.may_pass);
  CHECK(bench.sizes() == Sizes{100});
}

TEST_CASE("what is answered when a tenant is blocked puts nothing aside") {
  Bench bench;
  bench.keep(1, 10);
  bench.answer = [](const Push&) { return Reply{.status = 260}; };
  CHECK(bench.drain().failure->code() == ExitCode::noperm);
  CHECK(bench.sizes() == Sizes{10});
  CHECK(bench.left() == 10);
}

TEST_CASE("nothing is stored twice by a receiver that takes only the last hour of a stream") {
  // As Loki was measured: the good part of a refused push is stored, and what is an hour behind the
  // newest is refused even if it is a repetition.
  for (const bool is_first_answer_lost : {false, true}) {
    Bench bench;
    const Instant present = bench.clock.now();
    for (int i = 0; i < 100; ++i) { // five hours
      bench.keep({{url, ""}, {{{"job", "x"}}, present - i * 3min, std::to_string(i), {}}});
    }
    bench.keep({{url, ""}, {{{"job", "x"}}, present - 24h * 8, "old", {}}});
    Instant newest{};
    bool is_lost = is_first_answer_lost;
    bench.answer = [&](const Push& push) -> Reply {
      Reply reply{.status = 204};
      for (const Entry& entry : push.entries) {
        const bool is_old = entry.time < present - 24h * 7;
        if (is_old || entry.time < newest - 1h) {
          reply = {.status = 400,
                   .body = is_old ? "has timestamp too old" : "entry too far behind"};
        } else {
          bench.stored.emplace(entry.time, entry.line);
          newest = std::max(newest, entry.time);
        }
      }
      return std::exchange(is_lost, false)
                 ? Reply{.trouble = Trouble::connection_lost, .is_sent = true}
                 : reply;
    };
    const Drained drained = bench.drain({.push = {.retries = 1, .timeout = 5s}});
    CHECK(drained.counts.delivered == 101);
    CHECK(drained.counts.repeated == (is_first_answer_lost ? 1 : 0)); // it is told
    CHECK(bench.stored.size() == 101);
    CHECK(bench.left() == 0);
    CHECK(bench.pushes.size() < 30);
  }
}

TEST_CASE("a receiver without gzip gets plain bodies, after one try") {
  for (const int status : {400, 415}) {
    Bench bench;
    bench.keep(1, 2500);
    bench.answer = [&](const Push& push) {
      return Reply{.status = push.is_compressed ? status : 204};
    };
    CHECK(bench.drain().counts.delivered == 2500);
    CHECK(bench.sizes() == Sizes{1000, 1000, 1000, 500});
    CHECK(bench.refused() == 0);
  }
}

TEST_CASE("bodies are compressed from 1 KiB") {
  Bench bench;
  bench.keep(1, 5);
  bench.drain();
  bench.keep(1, 100);
  bench.drain();
  REQUIRE(bench.pushes.size() == 2);
  CHECK_FALSE(bench.pushes[0].is_compressed);
  CHECK(bench.pushes[1].is_compressed);
}

TEST_CASE("a drain keeps to its limits") {
  Bench bench;
  bench.keep(1, 3, other_url);
  bench.keep(4, 300);
  const Drained drained =
      bench.drain({.push = {.timeout = 5s}, .most_entries = 100, .only = Destination{url, ""}});
  CHECK(drained.counts.delivered == 100);
  CHECK(bench.sizes() == Sizes{100});
  CHECK(bench.drain({.push = {.timeout = 5s, .ends = bench.clock.time}}).counts.delivered == 0);
  CHECK(bench.pushes.size() == 1);
}

TEST_CASE("a file that is no entry is set aside and holds up nobody") {
  Bench bench;
  bench.keep(1, 2);
  testing::write_file(bench.directory.path() / "spool/new/0-stranger", "hello");
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 2);
  CHECK(drained.set_aside == 1);
  CHECK_FALSE(drained.failure);
  CHECK(bench.left() == 0);
  CHECK(bench.spool.names(Box::refused, "", 9) == std::vector<std::string>{"0-stranger"});
  REQUIRE(bench.warnings.size() == 1);
  CHECK(bench.warnings[0].ends_with("refused/0-stranger\": it is torn, or not JSON"));
}

TEST_CASE("more entries than are known at a time are delivered, whatever stops some of them") {
  Bench bench;
  bench.keep(1, 10'100, other_url);
  bench.keep(10'101, 10'200);
  bench.answer = [](const Push& push) {
    return push.host == "one.example.com" ? Reply{.status = 204}
                                          : Reply{.trouble = Trouble::no_connection};
  };
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 100);
  CHECK(drained.failure->code() == ExitCode::unavailable);
  CHECK(bench.left() == 10'100);
  bench.answer = [](const Push&) { return Reply{.status = 204}; };
  CHECK(bench.drain().counts.delivered == 10'100);
}

TEST_SUITE_END();
