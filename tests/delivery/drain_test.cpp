#include "delivery/drain.hpp"

#include "json/writer.hpp"
#include "loki/gzip.hpp"
#include "loki/push.hpp"
#include "spool/sending_file.hpp"
#include "support/temporary.hpp"
#include "support/test_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <utility>

using namespace metrics_event;
using namespace std::chrono_literals;
using metrics_event::testing::TemporaryDirectory;
using metrics_event::testing::TestClock;
namespace fs = std::filesystem;

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
struct DrainBench {
  TemporaryDirectory directory;
  fs::path path = directory.path() / "spool";
  Spool spool = Spool::make(path);
  LockedSpool locked = *LockedSpool::try_lock(spool);
  TestClock clock;
  std::function<Reply(const Push&)> answer = [](const Push&) { return Reply{.status = 204}; };
  bool can_be_asked = false;
  std::vector<Push> pushes;
  std::size_t queries = 0;
  std::set<std::pair<Instant, std::string>> stored;
  std::vector<std::string> warnings;
  std::uint64_t made = 0;
  Instant present = clock.wall;

  // By the thousand, so without what makes it last. Returns the name of the file.
  SpoolName keep(const SpoolRecord& record) {
    const std::string text = encode(record).str();
    const SpoolName name = encode(record).name(made++, 1);
    testing::write_file(path / "new" / name.text(), text);
    return name;
  }
  // Entries of 1 ns, 2 ns and so on, their lines the numbers.
  void keep(int first, int last, const std::string& to = url, const std::string& org_id = "",
            const Labels& labels = {{"job", "metrics"}}) {
    for (int i = first; i <= last; ++i) {
      keep({.destination = {to, org_id},
            .labels = labels,
            .metadata = {},
            .entries = {{Instant{std::chrono::nanoseconds{i}}, std::to_string(i)}}});
    }
  }
  // The same as one record, with times from now on, so that they can be asked for.
  SpoolName keep_together(int first, int last, Doubt doubt = Doubt::none,
                          const Labels& labels = {{"job", "metrics"}}) {
    return keep(together(first, last, doubt, labels));
  }
  SpoolRecord together(int first, int last, Doubt doubt = Doubt::none,
                       const Labels& labels = {{"job", "metrics"}}) const {
    SpoolRecord record{
        .destination = {url, ""}, .labels = labels, .metadata = {}, .entries = {}, .doubt = doubt};
    for (int i = first; i <= last; ++i) {
      record.entries.push_back({now_and(i), std::to_string(i)});
    }
    return record;
  }
  Instant now_and(int i) const { return present + std::chrono::nanoseconds{i}; }

  // The lines that wait, record by record, each followed by what is in doubt about it.
  std::vector<std::string> waiting() {
    std::vector<std::string> texts;
    for (const SpoolName& name : locked.list().names) {
      const auto record = decode_record(testing::read_file(path / "new" / name.text()));
      REQUIRE(record.has_value());
      CHECK(record->entries.size() == name.entries);
      CHECK(fs::file_size(path / "new" / name.text()) == name.size);
      std::string text;
      for (const TimedLine& entry : record->entries) {
        text += entry.line.substr(0, 8) + ' ';
      }
      constexpr std::array words{"none", "possibly", "unconfirmed", "twice"};
      texts.push_back(text + words.at(static_cast<std::size_t>(record->doubt)));
    }
    return texts;
  }
  // What the file `sending` names.
  std::vector<std::string> sending() const {
    std::vector<std::string> stems;
    for (const SpoolName& name : SendingFile{locked}.read()) {
      stems.push_back(name.stem());
    }
    return stems;
  }
  std::vector<SpoolName> names(Box box = Box::waiting) const {
    const SpoolListing listing = spool.list(box);
    return {listing.names.begin(), listing.names.end()};
  }

  Drained drain(const DrainLimits& limits = {.push = {.timeout = 5s}}, bool meets_all = true) {
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
    Drained drained =
        metrics_event::drain(locked, limits, find_routes, transport, clock,
                             {[this](const std::string& text) { warnings.push_back(text); },
                              [](const std::string&) {}, [](const Drained&) {}});
    if (meets_all) { // what a drain says is what is there, whatever has happened
      CHECK(drained.left == left());
    }
    return drained;
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

  std::uint64_t left() const { return spool.count(Box::waiting); }
  std::uint64_t refused() const { return spool.count(Box::refused); }
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
  DrainBench bench;
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 0);
  CHECK_FALSE(drained.failure);
  CHECK(bench.pushes.empty());
}

TEST_CASE("a thousand entries go in one push, the oldest first, and are gone when accepted") {
  DrainBench bench;
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
    DrainBench bench;
    bench.can_be_asked = can_be_asked;
    for (int i = 1; i <= 5; ++i) {
      bench.keep({.destination = {url, ""},
                  .labels = {{"job", "x"}},
                  .metadata = {},
                  .entries = {{Instant{std::chrono::nanoseconds{i}}, std::string(400'000, 'x')}}});
    }
    CHECK(bench.drain().counts.delivered == 5); // the transport checks the size
    CHECK(bench.sizes() == (can_be_asked ? Sizes{2, 2, 1} : Sizes{1, 1, 1, 1, 1}));
    CHECK(bench.queries == 0);
  }
}

// Of several streams in one push, a lost answer would leave all of them in doubt, and a query asks
// for one.
TEST_CASE("one push has one destination, one tenant and one stream") {
  DrainBench bench;
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
  DrainBench bench;
  for (int i = 0; i < 60; ++i) {
    bench.keep(i + 1, i + 1, url, std::to_string(i % 20));
  }
  CHECK(bench.drain().counts.delivered == 60);
  CHECK(bench.stored.size() == 60);
  CHECK(bench.left() == 0);
}

TEST_CASE("of many that are refused the bad ones are found and put aside, the others arrive") {
  DrainBench bench;
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
  const std::string name = bench.names(Box::refused).front().text();
  CHECK(bench.warnings[0].find(name) != std::string::npos);
  CHECK(bench.spool.reason(name).starts_with("HTTP status 400, \"no such number\""));
}

TEST_CASE("an entry that is too old gets the present once, in the spool before it is sent") {
  for (const char* const complaint :
       {"entry for stream '{}' has timestamp too old: 2020", "entry too far behind, oldest"}) {
    DrainBench bench;
    bench.keep(1, 3);
    const Instant present = bench.clock.now();
    bench.answer = [&](const Push& push) -> Reply {
      for (const Entry& entry : push.entries) {
        if (entry.time < present) {
          return {.status = 400, .body = complaint};
        }
        // What the spool has is what is sent, or a lost answer would make two of it.
        CHECK(std::ranges::any_of(bench.names(), [&](const SpoolName& name) {
          const auto record = decode_record(*bench.spool.read(Box::waiting, name.text()));
          return record->is_restamped && record->entries.front().time == entry.time;
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
  DrainBench bench;
  bench.keep(1, 1);
  bench.answer = [](const Push&) { return Reply{.status = 400, .body = "timestamp too old"}; };
  CHECK(bench.drain().counts.refused == 1);
  CHECK(bench.pushes.size() == 2);
  CHECK(bench.refused() == 1);
}

TEST_CASE("a restamped entry whose answer was lost keeps its new time, and is asked for") {
  for (const bool can_be_asked : {true, false}) {
    CAPTURE(can_be_asked);
    DrainBench bench;
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
  DrainBench bench;
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
  CHECK(drained.failure->text().starts_with(std::string{"cannot deliver the events waiting for "} +
                                            url));
  CHECK(drained.retry_after == 7s);
  CHECK(bench.sizes() == Sizes{3, 3});
  CHECK(bench.left() == 6);
  CHECK(bench.names()[0].attempts == 2);
  CHECK(bench.names()[3].attempts == 1); // the other tenant's was not tried
}

TEST_CASE("a tenant without permission does not hold up another") {
  DrainBench bench;
  bench.keep(1, 3);
  bench.keep(4, 6, url, "team");
  bench.answer = [](const Push& push) { return Reply{.status = push.org_id.empty() ? 401 : 204}; };
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 3);
  CHECK(drained.failure->code() == ExitCode::noperm);
  CHECK(bench.left() == 3);
  CHECK(bench.refused() == 0);
}

TEST_CASE("of several failures, what somebody must fix decides, whichever comes first") {
  for (const bool fix_first : {true, false}) {
    CAPTURE(fix_first);
    DrainBench bench;
    bench.keep(1, 1, fix_first ? other_url : url);
    bench.keep(2, 2, fix_first ? url : other_url);
    bench.answer = [](const Push& push) {
      return Reply{.status = push.host == "one.example.com" ? 503 : 401};
    };
    const Drained drained = bench.drain({.push = {.retries = 0, .timeout = 5s}});
    REQUIRE(bench.sizes() == Sizes{1, 1});
    REQUIRE(drained.failure);
    CHECK(drained.failure->code() == ExitCode::noperm);
    CHECK(drained.failure->text().find("other.example.com") != std::string::npos);
    CHECK(drained.may_pass);
    REQUIRE(bench.warnings.size() == 1);
    CHECK(bench.warnings[0].find("one.example.com") != std::string::npos);
  }
}

TEST_CASE("of several failures that may pass, the first decides") {
  DrainBench bench;
  bench.keep(1, 1);
  bench.keep(2, 2, other_url);
  bench.answer = [](const Push& push) {
    return push.host == "one.example.com" ? Reply{.status = 503}
                                          : Reply{.trouble = Trouble::no_connection};
  };
  const Drained drained = bench.drain({.push = {.retries = 0, .timeout = 5s}});
  CHECK(drained.failure->code() == ExitCode::tempfail);
  REQUIRE(bench.warnings.size() == 1);
  CHECK(bench.warnings[0].find("other.example.com") != std::string::npos);
}

TEST_CASE("a tenant that sends too much does not hold up another, a receiver in trouble all") {
  for (const int status : {429, 503}) {
    CAPTURE(status);
    DrainBench bench;
    bench.keep(1, 3);
    bench.keep(4, 6, url, "team");
    bench.answer = [status](const Push& push) {
      return Reply{.status = push.org_id.empty() ? status : 204};
    };
    const Drained drained = bench.drain({.push = {.retries = 0, .timeout = 5s}});
    CHECK(drained.counts.delivered == (status == 429 ? 3 : 0));
    CHECK(drained.failure->code() == ExitCode::tempfail);
    CHECK(bench.left() == (status == 429 ? 3 : 6));
  }
}

TEST_CASE("of several waits that receivers ask for, the longest counts") {
  for (const bool longest_first : {true, false}) {
    CAPTURE(longest_first);
    DrainBench bench;
    bench.keep(1, 1, longest_first ? other_url : url);
    bench.keep(2, 2, longest_first ? url : other_url);
    bench.answer = [](const Push& push) {
      return Reply{.status = 429, .retry_after = push.host == "one.example.com" ? "7" : "60"};
    };
    CHECK(bench.drain({.push = {.retries = 0, .timeout = 5s}}).retry_after == 60s);
    CHECK(bench.sizes() == Sizes{1, 1});
  }
}

TEST_CASE("a rate limit that many exceed may take fewer at a time") {
  DrainBench bench;
  bench.keep(1, 100);
  bench.answer = [](const Push& push) {
    return Reply{.status = push.entries.size() > 30 ? 429 : 204};
  };
  const Drained drained = bench.drain({.push = {.retries = 1, .timeout = 5s}});
  CHECK(drained.counts.delivered == 100);
  CHECK_FALSE(drained.failure);
}

TEST_CASE("a receiver that says when to come again is not asked for less") {
  DrainBench bench;
  bench.keep(1, 100);
  bench.answer = [](const Push&) { return Reply{.status = 429, .retry_after = "60"}; };
  const Drained drained = bench.drain({.push = {.retries = 1, .timeout = 5s}});
  CHECK(drained.failure->code() == ExitCode::tempfail);
  CHECK(drained.may_pass);
  CHECK(bench.sizes() == Sizes{100});
}

TEST_CASE("what is answered when a tenant is blocked puts nothing aside") {
  DrainBench bench;
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
    DrainBench bench;
    const Instant present = bench.clock.now();
    const auto keep = [&bench](Instant time, const std::string& line) {
      bench.keep({.destination = {url, ""},
                  .labels = {{"job", "x"}},
                  .metadata = {},
                  .entries = {{time, line}}});
    };
    for (int i = 0; i < 100; ++i) { // five hours
      keep(present - i * 3min, std::to_string(i));
    }
    keep(present - 24h * 8, "old");
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
    DrainBench bench;
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
  DrainBench bench;
  bench.keep(1, 5);
  bench.drain();
  bench.keep(1, 100);
  bench.drain();
  REQUIRE(bench.pushes.size() == 2);
  CHECK_FALSE(bench.pushes[0].is_compressed);
  CHECK(bench.pushes[1].is_compressed);
}

TEST_CASE("a drain keeps to its limits") {
  DrainBench bench;
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
  DrainBench bench;
  bench.keep(1, 2);
  testing::write_file(bench.directory.path() / "spool/new/0-stranger", "hello");
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 2);
  CHECK(drained.set_aside == 1);
  CHECK_FALSE(drained.failure);
  CHECK(bench.left() == 0);
  CHECK(bench.spool.list(Box::refused).others == std::vector<std::string>{"0-stranger"});
  REQUIRE(bench.warnings.size() == 1);
  CHECK(bench.warnings[0].ends_with("refused/0-stranger\": it is torn, or not JSON"));
}

TEST_CASE("more entries than are known at a time are delivered, whatever stops some of them") {
  DrainBench bench;
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

TEST_CASE("records of many entries go together, as many as one push takes") {
  const std::pair<std::vector<int>, Sizes> rows[]{{{700, 300, 400}, {1000, 400}},
                                                  {{700, 301, 400}, {700, 701}},
                                                  {{1000, 1}, {1000, 1}},
                                                  {{1, 1, 1}, {3}},
                                                  {{1000}, {1000}}};
  for (const auto& [records, sizes] : rows) {
    DrainBench bench;
    int kept = 0;
    for (const int size : records) {
      bench.keep_together(kept + 1, kept + size);
      kept += size;
    }
    const Drained drained = bench.drain();
    CHECK(drained.counts.delivered == static_cast<std::uint64_t>(kept));
    CHECK_FALSE(drained.failure);
    CHECK(bench.sizes() == sizes);
    CHECK(bench.stored.size() == static_cast<std::size_t>(kept));
    CHECK(bench.left() == 0);
  }
}

TEST_CASE("of a record one entry is refused, the others arrive") {
  for (const int bad : {1, 2, 3}) {
    CAPTURE(bad);
    DrainBench bench;
    bench.keep_together(1, 3);
    bench.answer = [bad](const Push& push) {
      return holds(push, std::to_string(bad)) ? Reply{.status = 400, .body = "no such number"}
                                              : Reply{.status = 204};
    };
    const Drained drained = bench.drain();
    CHECK(drained.counts.delivered == 2);
    CHECK(drained.counts.refused == 1);
    CHECK(bench.stored.size() == 2);
    CHECK(bench.left() == 0);
    REQUIRE(bench.names(Box::refused).size() == 1);
    const SpoolName name = bench.names(Box::refused).front();
    CHECK(*bench.spool.read(Box::refused, name.text()) == encode(bench.together(bad, bad)).str());
    CHECK(bench.spool.reason(name.text()).starts_with("HTTP status 400, \"no such number\""));
    REQUIRE(bench.warnings.size() == 1);
    CHECK(bench.warnings[0].find(name.text()) != std::string::npos);
  }
}

TEST_CASE("of many refused entries, ten are told, and all are put aside") {
  DrainBench bench;
  bench.keep_together(1, 30);
  bench.answer = [](const Push&) { return Reply{.status = 400, .body = "no"}; };
  const Drained drained = bench.drain();
  CHECK(drained.counts.refused == 30);
  CHECK(bench.refused() == 30);
  CHECK(bench.left() == 0);
  CHECK(bench.warnings.size() == 10);
}

TEST_CASE("entries of one record that are too old get the present, and arrive once like the rest") {
  DrainBench bench;
  SpoolRecord mixed = bench.together(1, 2);
  mixed.entries.insert(mixed.entries.begin(), {Instant{5ns}, "old"});
  mixed.entries.push_back({Instant{6ns}, "older"});
  const SpoolName before = bench.keep(mixed);
  std::vector<std::pair<Instant, std::string>> old_sent;
  bench.answer = [&](const Push& push) -> Reply {
    Reply reply{.status = 204};
    for (const Entry& entry : push.entries) {
      if (entry.line.starts_with("old") && push.entries.size() <= 2) {
        old_sent.emplace_back(entry.time, entry.line);
      }
      if (entry.time < bench.present) {
        reply = {.status = 400, .body = "has timestamp too old"};
      } else {
        bench.stored.emplace(entry.time, entry.line); // as Loki stores the good part
      }
    }
    if (reply.status == 204 && push.entries.front().line.starts_with("old")) {
      // The new times are in the spool, as a record that takes the place of the old one.
      CHECK(bench.waiting() == std::vector<std::string>{"old older none"});
      const auto record =
          decode_record(*bench.spool.read(Box::waiting, bench.names().front().text()));
      CHECK(record->is_restamped);
      CHECK(record->entries[0].time == bench.present);
      CHECK(record->entries[1].time == bench.present + 1ns);
      CHECK(bench.names().front().stem() != before.stem());
    }
    return reply;
  };
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 4);
  CHECK(drained.counts.refused == 0);
  CHECK(bench.stored.size() == 4);
  CHECK(bench.left() == 0);
  const std::vector<std::pair<Instant, std::string>> last_sent(old_sent.end() - 2, old_sent.end());
  CHECK(last_sent == std::vector<std::pair<Instant, std::string>>{{bench.present, "old"},
                                                                  {bench.present + 1ns, "older"}});
  CHECK(std::ranges::count_if(old_sent,
                              [&](const auto& sent) { return sent.first >= bench.present; }) == 2);
}

TEST_CASE("restamped entries that are still too old are refused, under their new times") {
  DrainBench bench;
  SpoolRecord old = bench.together(1, 1);
  old.entries = {{Instant{5ns}, "a"}, {Instant{6ns}, "b"}};
  bench.keep(old);
  bench.answer = [](const Push&) { return Reply{.status = 400, .body = "timestamp too old"}; };
  const Drained drained = bench.drain();
  CHECK(drained.counts.refused == 2);
  CHECK(bench.left() == 0);
  REQUIRE(bench.names(Box::refused).size() == 2);
  CHECK(bench.names(Box::refused)[0].time == bench.present);
  CHECK(bench.names(Box::refused)[1].time == bench.present + 1ns);
}

// Where nothing can be asked, a push has at most 64 KiB of lines, so each of these is one of its
// own.
TEST_CASE("a record that is stopped in the middle keeps what is left, with its doubts") {
  const std::pair<Reply, std::vector<std::string>> rows[]{
      {{.status = 429, .retry_after = "9"}, {"bbbbbbbb cccccccc none"}},
      {{.trouble = Trouble::no_connection}, {"bbbbbbbb cccccccc none"}},
      {{.status = 401}, {"bbbbbbbb cccccccc none"}},
      {{.trouble = Trouble::connection_lost, .is_sent = true},
       {"bbbbbbbb possibly", "cccccccc none"}},
      {{.status = 503}, {"bbbbbbbb possibly", "cccccccc none"}}};
  for (const auto& row : rows) {
    const Reply& reply = row.first; // clang 14 captures no structured bindings
    const std::vector<std::string>& left = row.second;
    CAPTURE(reply.status);
    DrainBench bench;
    SpoolRecord large = bench.together(1, 1);
    large.entries = {{bench.now_and(1), std::string(40'000, 'a')},
                     {bench.now_and(2), std::string(40'000, 'b')},
                     {bench.now_and(3), std::string(40'000, 'c')}};
    bench.keep(large);
    bench.answer = [&, reply = reply](const Push& push) {
      return push.entries.front().line.front() == 'b' ? reply : Reply{.status = 204};
    };
    const Drained drained = bench.drain();
    CHECK(drained.counts.delivered == 1);
    CHECK(drained.failure);
    CHECK(drained.left == 2);
    CHECK(bench.stored.size() == 1);
    CHECK(bench.waiting() == left);
    for (const SpoolName& waits : bench.names()) {
      CHECK(waits.attempts == 2);
      CHECK_FALSE(
          SendingFile{bench.locked}.read().contains(waits)); // a record tells its doubt itself
    }
    bench.answer = [](const Push&) { return Reply{.status = 204}; };
    const Drained again = bench.drain();
    CHECK(again.counts.delivered == 2);
    CHECK(again.counts.repeated == (left.size() == 2 ? 1 : 0));
    CHECK(bench.stored.size() == 3);
    CHECK(bench.left() == 0);
  }
}

TEST_CASE("a record that is left as a whole stays as it is, and the file sending tells its doubt") {
  for (const bool is_sent : {false, true}) {
    CAPTURE(is_sent);
    DrainBench bench;
    bench.can_be_asked = true;
    const SpoolName name = bench.keep_together(1, 3);
    bench.answer = [&](const Push& push) -> Reply {
      CHECK(bench.sending() == std::vector<std::string>{name.stem()}); // before anything left
      bench.can_be_asked = false;                                      // nobody answers any more
      for (const Entry& entry : push.entries) {
        if (is_sent && entry.line != "3") {
          bench.stored.emplace(entry.time, entry.line);
        }
      }
      return {.trouble = is_sent ? Trouble::connection_lost : Trouble::no_connection,
              .is_sent = is_sent};
    };
    CHECK(bench.drain().failure);
    CHECK(bench.waiting() == std::vector<std::string>{"1 2 3 none"});
    CHECK(bench.names().front().stem() == name.stem());
    CHECK(bench.names().front().attempts == 2);
    CHECK(SendingFile{bench.locked}.read().contains(name) == is_sent);
    bench.can_be_asked = true;
    bench.pushes.clear();
    bench.queries = 0;
    bench.answer = [](const Push&) { return Reply{.status = 204}; };
    const Drained drained = bench.drain();
    CHECK(drained.counts.delivered == 3);
    CHECK(drained.counts.repeated == 0);
    CHECK((bench.queries > 0) == is_sent);
    CHECK(bench.sizes() == (is_sent ? Sizes{1} : Sizes{3})); // what is stored is not sent again
    CHECK(bench.stored.size() == 3);
  }
}

TEST_CASE("what a killed flush was sending is asked for, and nothing else") {
  DrainBench bench;
  bench.can_be_asked = true;
  const std::vector<SpoolName> sent{bench.keep_together(1, 3), bench.keep_together(4, 5)};
  bench.keep_together(6, 8);
  SendingFile{bench.locked}.add(sent, false);
  for (const int i : {2, 3, 4, 5}) { // this much of it was stored
    bench.stored.emplace(bench.now_and(i), std::to_string(i));
  }
  std::vector<std::string> lines;
  bench.answer = [&lines](const Push& push) {
    std::ranges::transform(push.entries, std::back_inserter(lines), &Entry::line);
    return Reply{.status = 204};
  };
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 8);
  CHECK(drained.counts.repeated == 0);
  CHECK(bench.queries > 0);
  CHECK(lines == std::vector<std::string>{"1", "6", "7", "8"});
  CHECK(bench.stored.size() == 8);
  CHECK(bench.left() == 0);
}

TEST_CASE("what the file sending names and does not wait is forgotten") {
  DrainBench bench;
  bench.can_be_asked = true;
  const std::vector<SpoolName> gone{{Instant{5ns}, 7}};
  SendingFile{bench.locked}.add(gone, false);
  const SpoolName name = bench.keep_together(1, 3);
  bench.answer = [&](const Push&) {
    CHECK(bench.sending() == std::vector<std::string>{name.stem()});
    return Reply{.status = 204};
  };
  CHECK(bench.drain().counts.delivered == 3);
  CHECK(bench.queries == 0);
}

TEST_CASE("records in doubt are divided by what asking tells about their entries") {
  DrainBench bench;
  bench.can_be_asked = true;
  bench.keep_together(1, 2, Doubt::possibly_stored);
  bench.keep_together(3, 4);
  bench.stored.emplace(bench.now_and(1), "1");
  bench.answer = [](const Push&) { return Reply{.trouble = Trouble::no_connection}; };
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 1); // found
  CHECK(drained.left == 3);
  CHECK(bench.waiting() == std::vector<std::string>{"2 none", "3 4 none"});
  bench.answer = [](const Push&) { return Reply{.status = 204}; };
  CHECK(bench.drain().counts.delivered == 3);
  CHECK(bench.stored.size() == 4);
  CHECK(bench.left() == 0);
}

TEST_CASE("asking settles a doubt also about a record that goes on waiting") {
  DrainBench bench;
  bench.can_be_asked = true;
  bench.keep_together(1, 2, Doubt::possibly_stored);
  bench.answer = [](const Push&) { return Reply{.trouble = Trouble::no_connection}; };
  CHECK(bench.drain().left == 2);
  CHECK(bench.waiting() == std::vector<std::string>{"1 2 none"});
  CHECK(bench.names().front().attempts == 2);
  CHECK(SendingFile{bench.locked}.read().empty());
}

TEST_CASE("records of one push have different fates") {
  DrainBench bench;
  bench.keep_together(1, 2);
  bench.keep_together(3, 4);
  bench.keep_together(5, 6);
  bench.answer = [](const Push& push) -> Reply {
    if (push.entries.size() > 2 || (holds(push, "4") && push.entries.size() == 2)) {
      return {.status = 400, .body = "no"};
    }
    return holds(push, "4")   ? Reply{.status = 400, .body = "no such number"}
           : holds(push, "5") ? Reply{.trouble = Trouble::no_connection}
                              : Reply{.status = 204};
  };
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 3);
  CHECK(drained.counts.refused == 1);
  CHECK(drained.left == 2);
  CHECK(drained.failure->code() == ExitCode::unavailable);
  CHECK(bench.sizes().front() == 6);
  REQUIRE(bench.names(Box::refused).size() == 1);
  CHECK(*bench.spool.read(Box::refused, bench.names(Box::refused).front().text()) ==
        encode(bench.together(4, 4)).str());
  CHECK(bench.stored.size() == 3);
  const auto waiting = bench.waiting();
  REQUIRE(waiting.size() == 1);
  CHECK(waiting.front().starts_with("5 6 "));
}

TEST_CASE("a limited drain takes no more than its entries, or one larger record, in one push") {
  struct Row {
    std::vector<int> records;
    std::size_t sent;
  };
  for (const Row& row : {Row{{300}, 300}, Row{{60, 60}, 60}, Row{{60, 30, 10, 1}, 100},
                         Row{{60, 30, 5}, 95}, Row{{100, 1}, 100}, Row{{1, 300}, 1}}) {
    CAPTURE(row.records);
    DrainBench bench;
    int kept = 0;
    for (const int size : row.records) {
      bench.keep_together(kept + 1, kept + size);
      kept += size;
    }
    CHECK(bench.drain({.push = {.timeout = 5s}, .most_entries = 100}).counts.delivered == row.sent);
    CHECK(bench.sizes() == Sizes{row.sent});
    CHECK(bench.left() == static_cast<std::uint64_t>(kept) - row.sent);
  }
}

TEST_CASE("a limited drain does not go through all that waits") {
  DrainBench bench;
  bench.keep(1, 3000);
  CHECK(bench.drain({.push = {.timeout = 5s}, .most_entries = 100}, false).left == 900);
  CHECK(bench.sizes() == Sizes{100});
  CHECK(bench.left() == 2900);
}

TEST_CASE("a limited drain makes one push, also when it restamps") {
  DrainBench bench;
  bench.keep(1, 1);
  bench.answer = [&](const Push& push) {
    return push.entries.front().time < bench.present ? Reply{.status = 400, .body = "too old"}
                                                     : Reply{.status = 204};
  };
  const DrainLimits limits{.push = {.timeout = 5s}, .most_entries = 100};
  CHECK(bench.drain(limits).counts.delivered == 0);
  CHECK(bench.sizes() == Sizes{1});
  CHECK(bench.drain(limits).counts.delivered == 1);
}

TEST_CASE("a limited drain keeps what the file sending says about records that it does not meet") {
  DrainBench bench;
  bench.can_be_asked = true;
  std::vector<SpoolName> sent;
  for (int i = 1; i <= 1500; ++i) {
    sent.push_back(bench.keep_together(i, i));
    bench.stored.emplace(bench.now_and(i), std::to_string(i));
  }
  SendingFile{bench.locked}.add(sent, false);
  bench.drain({.push = {.timeout = 5s}, .most_entries = 100}, false);
  bench.drain();
  CHECK(bench.pushes.empty());
  CHECK(bench.left() == 0);
}

// A record that was removed before it was read is not sent, so this shows when it was read.
TEST_CASE("no more is read at a time than eight streams, or 4 MiB") {
  struct Row {
    int streams;
    std::size_t line;
    int removed; // a record that is not read before the first push
    bool is_read;
  };
  for (const Row& row : {Row{10, 10, 10, false}, Row{10, 10, 8, true}, Row{6, 900'000, 6, false},
                         Row{6, 900'000, 4, true}}) {
    CAPTURE(row.streams);
    CAPTURE(row.removed);
    DrainBench bench;
    std::vector<SpoolName> names;
    for (int i = 1; i <= row.streams; ++i) {
      SpoolRecord record = bench.together(i, i, Doubt::none, {{"job", std::to_string(i)}});
      record.entries.front().line = std::string(row.line, 'x');
      names.push_back(bench.keep(record));
    }
    bench.answer = [&](const Push&) {
      fs::remove(bench.path / "new" / names[static_cast<std::size_t>(row.removed) - 1].text());
      return Reply{.status = 204};
    };
    const Drained drained = bench.drain();
    CHECK(drained.counts.delivered ==
          static_cast<std::uint64_t>(row.streams) - (row.is_read ? 0 : 1));
    CHECK_FALSE(drained.failure);
    CHECK(bench.left() == 0);
  }
}

TEST_CASE("a valid record under a foreign name is delivered like any other") {
  DrainBench bench;
  bench.keep_together(1, 2);
  testing::write_file(bench.path / "new/stranger", encode(bench.together(3, 5)).str());
  testing::write_file(bench.path / "new/backup of 7.json", encode(bench.together(6, 6)).str());
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 6);
  CHECK(drained.set_aside == 0);
  CHECK(bench.sizes() == Sizes{6});
  CHECK(bench.left() == 0);
  CHECK(bench.warnings.empty());
}

TEST_CASE("a foreign name that is left gets the name of a record") {
  DrainBench bench;
  testing::write_file(bench.path / "new/stranger", encode(bench.together(3, 5)).str());
  bench.answer = [](const Push&) { return Reply{.trouble = Trouble::no_connection}; };
  CHECK(bench.drain().left == 3);
  REQUIRE(bench.names().size() == 1);
  CHECK(bench.names().front().entries == 3);
  CHECK(bench.names().front().attempts == 1);
}

TEST_CASE("a name that says another number of entries than the file has does not mislead") {
  for (const bool is_accepted : {true, false}) {
    DrainBench bench;
    SpoolName name = bench.keep_together(1, 3);
    const std::string right = name.text();
    name.entries = 2;
    fs::rename(bench.path / "new" / right, bench.path / "new" / name.text());
    bench.answer = [is_accepted](const Push&) { return Reply{.status = is_accepted ? 204 : 400}; };
    CHECK(bench.drain().left == 0);
    CHECK(bench.sizes().front() == 3);
  }
}

TEST_CASE("a record whose sender was killed is asked for, one whose sender lives is left alone") {
  DrainBench bench;
  bench.can_be_asked = true;
  const SpoolRecord stored = bench.together(1, 1);
  bench.stored.emplace(bench.now_and(1), "1");
  bench.spool.hold(stored, 7, 1'000'000);
  bench.spool.hold(bench.together(2, 2), 8, 1'000'000);
  const HeldRecord held = bench.spool.hold(bench.together(3, 3), 9, 1'000'000);
  const Drained drained = bench.drain();
  CHECK(drained.counts.delivered == 2);
  CHECK(drained.counts.repeated == 0);
  CHECK(bench.queries > 0);
  CHECK(bench.sizes() == Sizes{1});
  CHECK(bench.stored.size() == 2);
  CHECK(bench.left() == 0);
  CHECK(bench.names(Box::trying).size() == 1);
}

TEST_CASE("a delivered record that cannot be removed ends the drain, and is still said to wait") {
  DrainBench bench;
  bench.can_be_asked = true;
  const SpoolName name = bench.keep_together(1, 3);
  bench.keep_together(4, 5, Doubt::none, {{"job", "other"}});
  const fs::path file = bench.path / "new" / name.text();
  const std::string text = testing::read_file(file);
  bench.answer = [&](const Push&) {
    fs::remove(file);
    fs::create_directories(file / "in the way");
    return Reply{.status = 204};
  };
  const Drained drained = bench.drain({.push = {.timeout = 5s}}, false); // no file has it any more
  CHECK(drained.counts.delivered == 0);                                  // they may come again
  CHECK(drained.left == 5);
  REQUIRE(drained.failure);
  CHECK(drained.failure->code() == ExitCode::cantcreat);
  CHECK(drained.failure->text().ends_with(
      "; it was delivered, and the receiver is asked for it before it is sent again"));
  CHECK(bench.sizes() == Sizes{3});
  // Once it can be removed, it is asked for and not sent again.
  fs::remove_all(file);
  testing::write_file(file, text);
  bench.answer = [](const Push&) { return Reply{.status = 204}; };
  CHECK(bench.drain().counts.repeated == 0);
  CHECK(bench.sizes() == Sizes{3, 2});
  CHECK(bench.left() == 0);
}

TEST_CASE("a refused entry that cannot be put aside does not hold up the others, and loses none") {
  DrainBench bench;
  bench.can_be_asked = true;
  const SpoolName name = bench.keep_together(1, 2);
  bench.keep_together(3, 4, Doubt::none, {{"job", "other"}});
  const std::string refused = encode(bench.together(1, 1)).name(name.id, 0).text();
  fs::create_directories(bench.path / "refused" / refused / "in the way");
  bench.answer = [](const Push& push) {
    return holds(push, "1") ? Reply{.status = 400, .body = "no"} : Reply{.status = 204};
  };
  const Drained drained = bench.drain();
  CHECK(drained.failure->code() == ExitCode::cantcreat);
  CHECK(drained.counts.delivered == 3);
  CHECK(drained.counts.refused == 0);
  CHECK(bench.waiting() == std::vector<std::string>{"1 2 none"});
  CHECK(SendingFile{bench.locked}.read().contains(name));
  fs::remove_all(bench.path / "refused" / refused);
  bench.pushes.clear();
  const Drained again = bench.drain();
  CHECK(again.counts.refused == 1);
  CHECK(again.counts.repeated == 0);
  CHECK(bench.stored.size() == 3);
  CHECK(bench.left() == 0);
  CHECK(bench.sizes() == Sizes{1}); // the other was found
}

TEST_CASE(
    "a file that says that it has many entries and is torn counts as gone when it is set aside") {
  DrainBench bench;
  testing::write_file(bench.path / "new" / SpoolName{Instant{1ns}, 1, 9, 40, 0}.text(), "half");
  bench.keep_together(1, 2);
  const Drained drained = bench.drain();
  CHECK(drained.set_aside == 1);
  CHECK(drained.counts.delivered == 2);
  CHECK(drained.left == 0);
}

TEST_SUITE_END();
