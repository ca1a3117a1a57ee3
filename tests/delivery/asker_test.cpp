#include "delivery/asker.hpp"

#include "loki/push.hpp"
#include "net/http_transport.hpp"
#include "support/skipping_clock.hpp"
#include "support/stored_text.hpp"
#include "support/storing_receiver.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <vector>

using namespace metrics_event;
using namespace std::chrono_literals;
using testing::Conduct;
using testing::ReceiverRequest;
using testing::ReceiverScript;
using testing::SkippingClock;
using testing::StoreKind;
using testing::StoringReceiver;
using Until = Asker::Until;

namespace {

constexpr auto all_kinds = {StoreKind::loki, StoreKind::victoria_logs};
const Labels sent_labels{{"job", "metrics"}};

// A receiver that is real except for its store, and who asks it.
struct AskerBench {
  explicit AskerBench(StoreKind kind = StoreKind::loki, std::vector<Conduct> queries = {})
      : AskerBench(ReceiverScript{
            .store = {.kind = kind, .delay = 0s}, .pushes = {}, .queries = std::move(queries)}) {}
  explicit AskerBench(ReceiverScript script) : receiver{std::move(script)} {}

  StoringReceiver receiver;
  SkippingClock clock;
  Transport transport = http_transport();
  Instant start = std::chrono::floor<std::chrono::seconds>(clock.now()) - 1min;
  Asker asker{query_route(), transport, clock};

  QueryRoute query_route() const {
    const auto place = query_place(*parse_endpoint(receiver.push_url()), {}, std::nullopt);
    REQUIRE(place.has_value());
    REQUIRE(place->endpoint.url() == receiver.query_url());
    return {*place, {.endpoint = place->endpoint}};
  }

  // An entry so long after the start.
  Entry entry(std::chrono::nanoseconds after, const std::string& name = "x",
              const Labels& of = sent_labels) const {
    return {of, start + after, R"({"event":")" + name + R"("})", {}};
  }

  void store(std::span<const Entry> entries, const std::string& org_id = "") {
    constexpr std::size_t at_once = 1000;
    for (; !entries.empty(); entries = entries.subspan(std::min(at_once, entries.size()))) {
      const std::string body = push_body(entries.first(std::min(at_once, entries.size())));
      Request request =
          push_request({.endpoint = *parse_endpoint(receiver.push_url())}, org_id, body);
      request.keeps_connection = true;
      REQUIRE(transport(request, clock.steady_now() + 1min).status == 204);
    }
  }
  void store(const std::vector<Entry>& entries, const std::string& org_id = "") {
    store(std::span<const Entry>{entries}, org_id);
  }

  // Asks for entries that were sent just now.
  std::vector<Stored> ask(std::span<const Entry> entries, Until until = Until::answered,
                          const std::string& org_id = "") {
    const Deadline now = clock.steady_now();
    return asker.ask(org_id, entries, now, now + 1min, until);
  }
  Stored ask(const Entry& entry, Until until = Until::answered, const std::string& org_id = "") {
    return ask(std::span{&entry, 1}, until, org_id).at(0);
  }

  // Asks for entries that were sent long ago.
  std::vector<Stored> ask_for_old(std::span<const Entry> entries) {
    const Deadline now = clock.steady_now();
    return asker.ask("", entries, now - 1h, now + 1min, Until::answered);
  }

  // The queries so far; the connection is closed.
  std::vector<ReceiverRequest> queries() {
    transport = http_transport();
    receiver.await_quiet();
    return receiver.queries();
  }
};

std::vector<Stored> some(std::size_t count, Stored stored) {
  return std::vector<Stored>(count, stored);
}

using Results = std::vector<Stored>;

} // namespace

TEST_SUITE_BEGIN("asker");

TEST_CASE("one query tells which entries a receiver has") {
  for (const StoreKind kind : all_kinds) {
    CAPTURE(static_cast<int>(kind));
    AskerBench bench{kind};
    const std::vector entries{bench.entry(0ns), bench.entry(1ns), bench.entry(1ns, "y"),
                              bench.entry(2s)};
    bench.store({entries[0], entries[2]});
    // VictoriaLogs returns what it accepted just now a little later.
    const Stored missing = kind == StoreKind::loki ? Stored::absent : Stored::too_early;
    CHECK(bench.ask(entries) == Results{Stored::found, missing, Stored::found, missing});
    CHECK(bench.ask_for_old(entries) ==
          Results{Stored::found, Stored::absent, Stored::found, Stored::absent});
    CHECK(bench.queries().size() == 2);
    CHECK(bench.clock.sleeps == 0);
    CHECK(bench.asker.trouble().empty());
  }
}

TEST_CASE("an entry of another stream, tenant or metadata is not ours") {
  AskerBench bench;
  Entry entry = bench.entry(0ns);
  bench.store({entry}, "team");
  bench.store({bench.entry(0ns, "x", {{"job", "other"}}),
               bench.entry(0ns, "x", {{"host", "a"}, {"job", "metrics"}})});
  CHECK(bench.ask(entry) == Stored::absent);
  CHECK(bench.ask(entry, Until::answered, "team") == Stored::found);
  entry.metadata = {{"trace", "1"}};
  CHECK(bench.ask(entry, Until::answered, "team") == Stored::absent);
  bench.store({entry}, "team");
  CHECK(bench.ask(entry, Until::answered, "team") == Stored::found);
}

TEST_CASE("VictoriaLogs is asked for a tenant by its account and project") {
  AskerBench bench{StoreKind::victoria_logs};
  const Entry entry = bench.entry(0ns);
  bench.store({entry}, "12:34");
  CHECK(bench.ask(entry, Until::answered, "12:34") == Stored::found);
  CHECK(bench.ask(entry, Until::answered, "12:35") == Stored::too_early);
  CHECK(bench.ask(entry) == Stored::too_early);
}

TEST_CASE("no value of a label stands in the way of its entries") {
  for (const StoreKind kind : all_kinds) {
    AskerBench bench{kind};
    for (const char* value : {"\"", "say \"hi\"", "\\", "C:\\temp\\", "\\\"", "two\nlines", "a\tb",
                              "`", "`tick`", "100%", "%41%", "a+b&c=d#e", "{x=\"y\"}",
                              "\" or job=\"", "\x01", "é", "\xF0\x9F\x9A\x80", " "}) {
      CAPTURE(static_cast<int>(kind));
      CAPTURE(value);
      const std::vector entries{bench.entry(0ns, "x", {{"host", value}, {"job", value}}),
                                bench.entry(1ns, "x", {{"host", value}, {"job", value}})};
      bench.store({entries[0]});
      CHECK(bench.ask(entries) ==
            Results{Stored::found, kind == StoreKind::loki ? Stored::absent : Stored::too_early});
    }
  }
}

TEST_CASE("a query for many labels is sent as a form") {
  for (const StoreKind kind : all_kinds) {
    AskerBench bench{kind};
    Labels many;
    for (int i = 0; i < 15; ++i) {
      many.emplace("label" + std::to_string(i), std::string(1000, static_cast<char>('a' + i)));
    }
    const Entry entry = bench.entry(0ns, "x", many);
    bench.store({entry});
    CHECK(bench.ask(entry) == Stored::found);
    const auto queries = bench.queries();
    REQUIRE(queries.size() == 1);
    CHECK(queries[0].method == "POST");
  }
}

TEST_CASE("a stream of more entries than an answer has is read page by page") {
  constexpr int others = 12'000;
  for (const StoreKind kind : all_kinds) {
    CAPTURE(static_cast<int>(kind));
    AskerBench bench{kind};
    std::vector<Entry> stored;
    for (int i = 0; i <= others; ++i) {
      stored.push_back(bench.entry(i * 1us, i % 6000 == 0 ? "ours" : "other"));
    }
    bench.store(stored);
    const std::vector entries{bench.entry(0us, "ours"), bench.entry(6000us, "ours"),
                              bench.entry(7000us, "ours"), bench.entry(12'000us, "ours")};
    CHECK(bench.ask_for_old(entries) ==
          Results{Stored::found, Stored::found, Stored::absent, Stored::found});
    CHECK(bench.queries().size() == 3);
  }
}

TEST_CASE("a page that ends in the middle of a time is followed by one that begins with it") {
  for (const StoreKind kind : all_kinds) {
    CAPTURE(static_cast<int>(kind));
    AskerBench bench{kind};
    std::vector<Entry> entries{bench.entry(0s), bench.entry(2s)};
    for (const char* name : {"a", "b", "c", "d"}) {
      entries.push_back(bench.entry(1s, name));
    }
    std::vector<Entry> stored = entries;
    for (int i = 1; i <= 4997; ++i) { // with one of ours at either end, two less than a page
      stored.push_back(bench.entry(kind == StoreKind::loki ? i * 1us : 2s - i * 1us, "other"));
    }
    bench.store(stored);
    CHECK(bench.ask_for_old(entries) == some(6, Stored::found));
    CHECK(bench.queries().size() == 2);
  }
}

TEST_CASE("reading ends with the page that has the last of ours") {
  AskerBench bench;
  std::vector<Entry> stored;
  for (int i = 0; i < 5001; ++i) {
    stored.push_back(bench.entry(i * 1us));
  }
  bench.store(stored);
  const std::span<const Entry> first = std::span<const Entry>{stored}.first(5000);
  CHECK(bench.ask(first) == some(5000, Stored::found));
  CHECK(bench.queries().size() == 1);
  CHECK(bench.ask(stored) == some(5001, Stored::found));
  CHECK(bench.queries().size() == 3);
}

TEST_CASE("what a page of a single time hides is asked for time by time") {
  for (const StoreKind kind : all_kinds) {
    CAPTURE(static_cast<int>(kind));
    AskerBench bench{kind};
    // Loki returns the oldest entries of a range, VictoriaLogs the newest.
    const std::chrono::nanoseconds crowded = kind == StoreKind::loki ? 1s : 4s;
    std::vector<Entry> stored{bench.entry(2s), bench.entry(1s), bench.entry(4s)};
    for (int i = 0; i < 5000; ++i) {
      stored.push_back(bench.entry(crowded, "a" + std::to_string(i)));
    }
    bench.store(stored);
    const std::vector entries{bench.entry(1s, "zzz"), bench.entry(2s), bench.entry(3s),
                              bench.entry(4s, "zzz")};
    Results expected{Stored::absent, Stored::found, Stored::absent, Stored::absent};
    expected[kind == StoreKind::loki ? 0 : 3] = Stored::impossible;
    CHECK(bench.ask_for_old(entries) == expected);
    CHECK(bench.asker.is_possible(""));
    CHECK(bench.queries().size() == 5);
  }
}

TEST_CASE("at most 100 entries are asked for one by one") {
  AskerBench bench;
  std::vector<Entry> stored;
  for (int i = 0; i < 5000; ++i) {
    stored.push_back(bench.entry(0s, std::to_string(i)));
  }
  bench.store(stored);
  std::vector<Entry> entries{stored[0]};
  for (int i = 1; i <= 103; ++i) {
    entries.push_back(bench.entry(i * 1s));
  }
  bench.store({entries[1], entries[103]});
  Results expected = some(104, Stored::absent);
  expected[0] = expected[1] = Stored::found;
  for (std::size_t i = 101; i < expected.size(); ++i) {
    expected[i] = Stored::impossible;
  }
  CHECK(bench.ask(entries) == expected);
  CHECK(bench.queries().size() == 101);
}

TEST_CASE("what an answer of more than 8 MiB has is asked for time by time") {
  AskerBench bench;
  for (int i = 0; i < 45; ++i) {
    bench.store({bench.entry(i * 1s, std::string(200'000, 'x'))});
  }
  const Entry first = bench.entry(0s, std::string(200'000, 'x'));
  const Entry last = bench.entry(44s, std::string(200'000, 'x'));
  CHECK(bench.ask(std::vector{first, bench.entry(7s), last}) ==
        Results{Stored::found, Stored::absent, Stored::found});
  CHECK(bench.queries().size() == 4);
}

TEST_CASE("Loki hides an old entry until its chunk is flushed") {
  AskerBench bench;
  Entry old = bench.entry(0s);
  old.time -= 3h;
  const Entry elsewhere{old.labels, old.time, "never sent", {}};
  bench.store({old});
  CHECK(bench.ask(old) == Stored::hidden);
  CHECK(bench.ask(elsewhere) == Stored::hidden);
  CHECK(bench.ask(old, Until::found) == Stored::hidden); // no query will find it soon
  CHECK(bench.clock.sleeps == 0);
  bench.receiver.reveal();
  CHECK(bench.ask(old) == Stored::found);
  CHECK(bench.ask(elsewhere) == Stored::hidden);
}

TEST_CASE("VictoriaLogs hides a new entry for a while, for which asking may wait") {
  AskerBench bench{ReceiverScript{.store = {.kind = StoreKind::victoria_logs, .delay = 1h}}};
  const Entry stored = bench.entry(0s);
  const Entry absent = bench.entry(1s);
  bench.store({stored});
  CHECK(bench.asker.blind_time() == 5s);
  CHECK(bench.ask(stored) == Stored::too_early);
  CHECK(bench.clock.sleeps == 0);

  bench.clock.in_sleep = [&] { bench.receiver.reveal(); };
  CHECK(bench.ask(std::vector{stored, absent}, Until::certain) ==
        Results{Stored::found, Stored::absent});
  CHECK(bench.clock.sleeps == 1); // until the time is over, not one longer
  CHECK(bench.queries().size() == 3);

  const Deadline now = bench.clock.steady_now();
  CHECK(bench.asker.ask("", std::span{&absent, 1}, now, now + 1s, Until::certain) ==
        Results{Stored::too_early}); // there is no time to wait
  CHECK(bench.clock.sleeps == 1);
}

TEST_CASE("to be found an entry is waited for, until the deadline") {
  for (const StoreKind kind : all_kinds) {
    AskerBench bench{kind, {{.lies = true}, {.lies = true}, {}}};
    const Entry entry = bench.entry(0s);
    bench.store({entry});
    CHECK(bench.ask(entry, Until::found) == Stored::found);
    CHECK(bench.clock.sleeps == 2);
    CHECK(bench.ask(bench.entry(1s), Until::found) == Stored::absent);
    CHECK(bench.clock.sleeps > 3);
    CHECK(bench.queries().size() == static_cast<std::size_t>(bench.clock.sleeps) + 2);
  }
}

TEST_CASE("a receiver in trouble is asked again") {
  for (const Conduct& trouble :
       {Conduct{.status = 503}, Conduct{.status = 429}, testing::lost_answer}) {
    AskerBench bench{StoreKind::loki, {trouble, trouble, {}}};
    const std::vector entries{bench.entry(0s), bench.entry(1s)};
    bench.store({entries[0]});
    CHECK(bench.ask(entries) == Results{Stored::found, Stored::absent});
    CHECK(bench.clock.sleeps == 2);
    CHECK(bench.queries().size() == 3);
    CHECK(bench.asker.trouble().empty());
  }
}

TEST_CASE("a receiver that stays in trouble says nothing") {
  AskerBench bench{StoreKind::loki, {{.status = 503}}};
  const std::vector entries{bench.entry(0s), bench.entry(1s)};
  bench.store(entries);
  CHECK(bench.ask(entries) == some(2, Stored::unknown));
  CHECK(bench.asker.trouble() == "HTTP status 503");
  CHECK(bench.asker.is_possible(""));
  CHECK(bench.clock.sleeps > 1);
  CHECK(bench.queries().size() == static_cast<std::size_t>(bench.clock.sleeps) + 1);
  bench.receiver.script_queries({});
  CHECK(bench.ask(entries) == some(2, Stored::found));
}

TEST_CASE("a receiver that wants to be left alone beyond the deadline is") {
  AskerBench bench{StoreKind::loki, {{.status = 503, .headers = {"Retry-After: 3600"}}}};
  CHECK(bench.ask(bench.entry(0s)) == Stored::unknown);
  CHECK(bench.clock.sleeps == 0);
  CHECK(bench.queries().size() == 1);
}

TEST_CASE("a signal ends asking") {
  AskerBench bench{StoreKind::loki, {{.status = 503}}};
  bench.clock.ends_in_sleep = true;
  CHECK(bench.ask(bench.entry(0s)) == Stored::unknown);
  CHECK(bench.queries().size() == 1);
}

TEST_CASE("a receiver that does not let itself be asked is not asked again for that tenant") {
  for (const Conduct& refusal :
       {Conduct{.status = 403}, Conduct{.status = 401}, Conduct{.status = 404},
        Conduct{.status = 400}, Conduct{.status = 405}, testing::web_page}) {
    CAPTURE(refusal.status);
    AskerBench bench{StoreKind::loki, {refusal, {}}};
    const std::vector entries{bench.entry(0s), bench.entry(1s)};
    bench.store(entries, "team");
    CHECK(bench.asker.is_possible("team"));
    CHECK(bench.ask(entries, Until::found, "team") == some(2, Stored::impossible));
    CHECK_FALSE(bench.asker.is_possible("team"));
    CHECK(bench.ask(entries, Until::found, "team") == some(2, Stored::impossible));
    CHECK(bench.clock.sleeps == 0);
    CHECK(bench.queries().size() == 1);
    CHECK(bench.asker.is_possible("other"));
    CHECK(bench.ask(entries, Until::answered, "other") == some(2, Stored::absent));
  }
}

TEST_CASE("a refusal in the middle of the pages leaves what was found") {
  AskerBench bench{StoreKind::loki, {{}, {.status = 403}}};
  std::vector<Entry> stored;
  for (int i = 0; i < 6000; ++i) {
    stored.push_back(bench.entry(i * 1us));
  }
  bench.store(stored);
  CHECK(bench.ask(std::vector{stored[0], stored[5999]}) ==
        Results{Stored::found, Stored::impossible});
  CHECK_FALSE(bench.asker.is_possible(""));
}

TEST_CASE("without a place nobody is asked") {
  AskerBench bench;
  Asker asker{std::nullopt, bench.transport, bench.clock};
  const Entry entry = bench.entry(0s);
  CHECK_FALSE(asker.is_possible(""));
  CHECK(asker.blind_time() == 0s);
  CHECK(asker.ask("", std::span{&entry, 1}, {}, Deadline::max(), Until::found) ==
        Results{Stored::impossible});
  CHECK(bench.asker.ask("", {}, {}, Deadline::max(), Until::found).empty());
  CHECK(bench.queries().empty());
}

TEST_SUITE_END();
