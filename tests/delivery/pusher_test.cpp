#include "delivery/pusher.hpp"

#include "loki/gzip.hpp"
#include "loki/push.hpp"
#include "net/http_transport.hpp"
#include "support/skipping_clock.hpp"
#include "support/storing_receiver.hpp"
#include "support/test_clock.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

using namespace metrics_event;
using namespace std::chrono_literals;
using metrics_event::testing::Conduct;
using metrics_event::testing::SkippingClock;
using metrics_event::testing::StoreKind;
using metrics_event::testing::StoringReceiver;
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

// What was heard, as "accepted 0+3 ".
std::string fates_of(const std::vector<Pushed>& heard) {
  std::string text;
  for (const Pushed& pushed : heard) {
    text += pushed.fate == Fate::accepted  ? "accepted "
            : pushed.fate == Fate::refused ? "refused "
            : pushed.fate == Fate::stopped ? "stopped "
                                           : "left ";
    text += std::to_string(pushed.first) + '+' + std::to_string(pushed.count) + ' ';
  }
  return text;
}

// A pusher, and a receiver that answers as `answer` says and cannot be asked. An answer takes 10
// ms.
struct PusherBench {
  explicit PusherBench(const PushLimits& of_test = {.timeout = 5s}) : limits{of_test} {}

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
    clock.time += 10ms;
    return answer(received.back());
  };
  Pusher pusher{{.push = {.headers = {{"X-More", "1"}}}}, limits, transport, clock};

  void push(const std::vector<Entry>& entries, const std::string& org_id = "") {
    heard.clear();
    pusher.push(org_id, entries, {}, [this](const Pushed& pushed) { heard.push_back(pushed); });
  }

  // Pushes one entry, to which the receiver gives these replies one after the other, and returns
  // the course of the attempts.
  Delivery deliver(const std::vector<Reply>& replies) {
    answer = [&](const Received&) { return replies.at(received.size() - 1); };
    push(numbered(1));
    REQUIRE(heard.size() == 1);
    return heard[0].delivery;
  }

  std::vector<std::size_t> sizes() const {
    std::vector<std::size_t> sizes;
    for (const Received& push : received) {
      sizes.push_back(push.lines.size());
    }
    return sizes;
  }

  std::string fates() const { return fates_of(heard); }
};

// A pusher and a receiver that stores, and that can be asked.
struct StoringBench {
  explicit StoringBench(const PushLimits& of_test, StoreKind kind = StoreKind::loki)
      : limits{of_test}, receiver{{.store = {.kind = kind}}} {}

  PushLimits limits;
  StoringReceiver receiver;
  SkippingClock clock;
  Instant start = std::chrono::floor<std::chrono::seconds>(clock.now()) - 1min;
  Transport transport = http_transport();
  std::vector<Pushed> heard;
  Pusher pusher{routes(), limits, transport, clock};

  Routes routes() const {
    const Endpoint push = *parse_endpoint(receiver.push_url());
    const auto place = query_place(push, {}, std::nullopt);
    REQUIRE(place.has_value());
    return {.push = {.endpoint = push}, .query = QueryRoute{*place, {.endpoint = place->endpoint}}};
  }

  // Numbered entries of one stream, a second apart, the first of this time.
  std::vector<Entry> entries(std::size_t count, Instant first, std::size_t size = 0) const {
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < count; ++i) {
      entries.push_back(
          {{{"job", "x"}},
           first + std::chrono::seconds{i},
           R"({"n":)" + std::to_string(i) + R"(,"x":")" + std::string(size, 'x') + R"("})",
           {}});
    }
    return entries;
  }
  std::vector<Entry> entries(std::size_t count) const { return entries(count, start); }

  void push(const std::vector<Entry>& entries, const std::vector<Doubt>& doubts = {}) {
    heard.clear();
    pusher.push("", entries, doubts, [this](const Pushed& pushed) { heard.push_back(pushed); });
    transport = http_transport(); // which closes the connection
    receiver.await_quiet();
  }

  std::string fates() const { return fates_of(heard); }
  std::size_t pushes() const { return receiver.pushes().size(); }
  std::size_t queries() const { return receiver.queries().size(); }
};

using Sizes = std::vector<std::size_t>;

} // namespace

TEST_SUITE_BEGIN("pusher");

TEST_CASE("nothing is pushed of nothing") {
  PusherBench bench;
  bench.push({});
  CHECK(bench.received.empty());
  CHECK(bench.heard.empty());
}

TEST_CASE("entries that are accepted go in one push, with the tenant and all headers") {
  PusherBench bench;
  bench.push(numbered(3), "team");
  REQUIRE(bench.sizes() == Sizes{3});
  CHECK(bench.received[0].header("X-Scope-OrgID") == "team");
  CHECK(bench.received[0].header("X-More") == "1");
  CHECK(bench.received[0].deadline == Deadline{1h + 5s});
  CHECK(bench.fates() == "accepted 0+3 ");
  CHECK(bench.heard[0].delivery.http_status == 204);
  CHECK(bench.heard[0].doubt == Doubt::none);
  CHECK_FALSE(bench.heard[0].is_confirmed);
}

TEST_CASE("a push that is accepted is sent once") {
  PusherBench bench;
  const Delivery delivery = bench.deliver({{.status = 204}});
  CHECK(bench.fates() == "accepted 0+1 ");
  CHECK(delivery.judgement.code == ExitCode::ok);
  CHECK(delivery.attempts == 1);
  CHECK(delivery.http_status == 204);
  CHECK(delivery.elapsed == 10ms);
  CHECK(bench.clock.sleeps.empty());
}

TEST_CASE("passing trouble is tried again within one deadline") {
  PusherBench bench{{.retries = 2, .timeout = 5s}};
  const Delivery delivery =
      bench.deliver({{.status = 503}, {.trouble = Trouble::no_connection}, {.status = 204}});
  CHECK(bench.fates() == "accepted 0+1 ");
  CHECK(delivery.judgement.code == ExitCode::ok);
  CHECK(delivery.attempts == 3);
  CHECK(bench.clock.sleeps == std::vector<std::chrono::milliseconds>{50ms, 100ms});
  CHECK(delivery.elapsed == 180ms);
  for (const Received& push : bench.received) {
    CHECK(push.deadline == Deadline{1h + 5s});
  }
}

TEST_CASE("the last attempt is what counts when attempts run out") {
  PusherBench bench{{.retries = 1, .timeout = 5s}};
  const Delivery delivery =
      bench.deliver({{.status = 503}, {.trouble = Trouble::no_connection, .detail = "gone"}});
  CHECK(bench.fates() == "stopped 0+1 ");
  CHECK(delivery.judgement.code == ExitCode::unavailable);
  CHECK(delivery.attempts == 2);
  CHECK(delivery.http_status == 0);
}

TEST_CASE("a refusal is final") {
  PusherBench bench{{.retries = 2, .timeout = 5s}};
  CHECK(bench.deliver({{.status = 400}}).attempts == 1);
  CHECK(bench.fates() == "refused 0+1 ");
}

TEST_CASE("a receiver that asks for a wait gets it, by its own clock") {
  PusherBench bench{{.retries = 2, .timeout = 5s}};
  bench.deliver({{.status = 429, .retry_after = "2"},
                 {.status = 503,
                  .retry_after = "Thu, 01 Jan 2099 00:00:01 GMT",
                  .date = "Thu, 01 Jan 2099 00:00:00 GMT"},
                 {.status = 204}});
  CHECK(bench.fates() == "accepted 0+1 ");
  CHECK(bench.clock.sleeps == std::vector<std::chrono::milliseconds>{2s, 1s});
}

TEST_CASE("a wait beyond the deadline is not begun") {
  PusherBench bench{{.retries = 2, .timeout = 5s}};
  const Delivery delivery = bench.deliver({{.status = 429, .retry_after = "120"}});
  CHECK(bench.fates() == "stopped 0+1 ");
  CHECK(delivery.judgement.code == ExitCode::tempfail);
  CHECK(delivery.judgement.message.ends_with("it asks for a wait of 120s"));
  CHECK(delivery.attempts == 1);
  CHECK(bench.clock.sleeps.empty());
}

TEST_CASE("a signal ends the wait between two attempts") {
  PusherBench bench{{.retries = 2, .timeout = 5s}};
  bench.clock.ends_in_sleep = true;
  CHECK(bench.deliver({{.status = 503}, {.status = 204}}).attempts == 1);
  CHECK(bench.fates() == "stopped 0+1 ");
  CHECK(bench.clock.sleeps.size() == 1);
}

TEST_CASE("where nobody can be asked, what follows an ambiguous answer may be stored twice") {
  const auto doubt_after = [](const Reply& first) {
    PusherBench bench{{.retries = 1, .timeout = 5s}};
    bench.deliver({first, {.status = 204}});
    CHECK(bench.fates() == "accepted 0+1 ");
    CHECK(bench.received.size() == 2);
    return bench.heard[0].doubt;
  };
  CHECK(doubt_after({.status = 500}) == Doubt::possibly_stored);
  CHECK(doubt_after({.status = 408}) == Doubt::possibly_stored);
  CHECK(doubt_after({.trouble = Trouble::connection_lost, .is_sent = true}) ==
        Doubt::possibly_stored);
  CHECK(doubt_after({.trouble = Trouble::no_connection}) == Doubt::none);
  CHECK(doubt_after({.trouble = Trouble::timed_out}) == Doubt::none);
  CHECK(doubt_after({.status = 429}) == Doubt::none);
}

TEST_CASE("where nobody can be asked, a push has at most 64 KiB of lines") {
  PusherBench bench;
  bench.push(numbered(8, std::string(16UL * 1024 - 1, 'x')));
  CHECK(bench.fates() == "accepted 0+4 accepted 4+4 ");
  CHECK(bench.sizes() == Sizes{4, 4});
  bench.received.clear();
  bench.push(numbered(3, std::string(65UL * 1024, 'x'))); // one that is larger goes alone
  CHECK(bench.fates() == "accepted 0+1 accepted 1+1 accepted 2+1 ");
  CHECK(bench.sizes() == Sizes{1, 1, 1});
}

TEST_CASE("of many that are refused the bad ones are told one by one, the others in their order") {
  PusherBench bench;
  bench.answer = [](const Received& push) -> Reply {
    const bool is_bad = push.lines.contains("3") || push.lines.contains("6");
    return is_bad ? Reply{.status = 400, .body = "no such number"} : Reply{.status = 204};
  };
  bench.push(numbered(8));
  CHECK(bench.fates() ==
        "accepted 0+2 accepted 2+1 refused 3+1 accepted 4+2 refused 6+1 accepted 7+1 ");
  CHECK(bench.heard[2].delivery.judgement.response == "no such number");
  for (const Pushed& pushed : bench.heard) { // Loki stores the good entries of such a push
    CHECK(pushed.doubt == Doubt::possibly_stored);
  }
}

TEST_CASE("trouble stops the rest, of which nothing more is tried") {
  PusherBench bench;
  bench.answer = [](const Received& push) -> Reply {
    return push.lines.contains("0")   ? Reply{.status = 400}
           : push.lines.contains("2") ? Reply{.status = 503, .retry_after = "7"}
                                      : Reply{.status = 204};
  };
  bench.push(numbered(8));
  CHECK(bench.fates() == "refused 0+1 accepted 1+1 stopped 2+2 left 4+4 ");
  CHECK(bench.heard[2].delivery.retry_after == 7s);
  CHECK(bench.sizes() == Sizes{8, 4, 2, 1, 1, 2});
}

TEST_CASE("what is about the tenant refuses no entry") {
  for (const int status : {260, 401, 403}) {
    CAPTURE(status);
    PusherBench bench;
    bench.answer = [status](const Received&) { return Reply{.status = status}; };
    bench.push(numbered(4));
    CHECK(bench.fates() == "stopped 0+4 ");
    CHECK(bench.heard[0].doubt == Doubt::none);
    CHECK(bench.sizes() == Sizes{4});
  }
}

TEST_CASE("a rate that many exceed is found once, and kept to from then on") {
  PusherBench bench{{.retries = 1, .timeout = 5s}};
  bench.answer = [](const Received& push) {
    return Reply{.status = push.lines.size() > 3 ? 429 : 204};
  };
  bench.push(numbered(8));
  CHECK(bench.fates() == "accepted 0+2 accepted 2+2 accepted 4+2 accepted 6+2 ");
  CHECK(bench.sizes() == Sizes{8, 8, 4, 4, 2, 2, 2, 2});
  bench.received.clear();
  bench.push(numbered(5));
  CHECK(bench.fates() == "accepted 0+2 accepted 2+1 accepted 3+2 ");
  CHECK(bench.sizes() == Sizes{2, 1, 2});
}

TEST_CASE("a rate that one entry exceeds, or that is said with a time, stops the rest") {
  const auto fates = [](const PushLimits& limits, const Reply& reply) {
    PusherBench bench{limits};
    bench.answer = [&](const Received&) { return reply; };
    bench.push(numbered(4));
    return bench.fates();
  };
  CHECK(fates({.retries = 1, .timeout = 5s}, {.status = 429}) == "stopped 0+1 left 1+1 left 2+2 ");
  CHECK(fates({.retries = 0, .timeout = 5s}, {.status = 429}) == "stopped 0+4 ");
  CHECK(fates({.retries = 1, .timeout = 5s}, {.status = 429, .retry_after = "60"}) ==
        "stopped 0+4 ");
}

TEST_CASE("bodies are compressed from 1 KiB") {
  PusherBench bench;
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
    PusherBench bench;
    bench.answer = [status](const Received& push) {
      return Reply{.status = push.is_compressed() ? status : 204};
    };
    const auto entries = numbered(2, std::string(1000, 'x'));
    for (int i = 0; i < 2; ++i) {
      bench.push(entries);
      CHECK(bench.fates() == "accepted 0+2 ");
      CHECK(bench.heard[0].doubt == Doubt::none); // the refused push was not understood
    }
    CHECK(bench.sizes() == Sizes{2, 2, 2});
  }
}

TEST_CASE("no push begins after the end, and none is tried beyond it") {
  PusherBench bench{{.timeout = 5s, .ends = TestClock{}.time + 2s}};
  bench.answer = [&](const Received& push) {
    bench.clock.time += 990ms;
    return Reply{.status = push.lines.size() > 1 ? 400 : 204};
  };
  bench.push(numbered(4));
  CHECK(bench.sizes() == Sizes{4, 2});
  CHECK(bench.received[0].deadline == bench.limits.ends);
  CHECK(bench.fates() == "left 0+2 left 2+2 ");
}

const Conduct lost_request{.answer_bytes = 0, .stores = false};

TEST_CASE("entries whose answer got lost are asked for, and sent again only if they are absent") {
  struct Row {
    const char* what;
    Conduct first;
    std::size_t pushes;
  };
  for (const Row& row :
       {Row{"stored, no answer", testing::lost_answer, 1},
        Row{"stored, half an answer", {.answer_bytes = 10}, 1},
        Row{"stored, 500", {.status = 500}, 1}, Row{"stored, 408", {.status = 408}, 1},
        Row{"not stored, no answer", lost_request, 2},
        Row{"not stored, 500", {.status = 500, .stores = false}, 2}}) {
    CAPTURE(row.what);
    StoringBench bench{{.retries = 2, .timeout = 1min}};
    bench.receiver.script_pushes({row.first, {}});
    bench.push(bench.entries(3));
    CHECK(bench.fates() == "accepted 0+3 ");
    CHECK(bench.heard[0].doubt == Doubt::none);
    CHECK(bench.heard[0].is_confirmed == (row.pushes == 1));
    CHECK(bench.pushes() == row.pushes);
    CHECK(bench.queries() == 1);
    CHECK(bench.receiver.stored() == 3);
    CHECK(bench.receiver.duplicates() == 0);
  }
}

TEST_CASE("entries that VictoriaLogs returns late are waited for, unless a later run does it") {
  for (const bool is_stored : {true, false}) {
    CAPTURE(is_stored);
    StoringBench bench{{.retries = 2, .timeout = 5s}, StoreKind::victoria_logs};
    bench.clock.in_sleep = [&] { bench.receiver.reveal(); };
    bench.receiver.script_pushes({is_stored ? testing::lost_answer : lost_request, {}});
    bench.push(bench.entries(2));
    CHECK(bench.fates() == "accepted 0+2 ");
    CHECK(bench.heard[0].doubt == Doubt::none);
    CHECK(bench.pushes() == (is_stored ? 1 : 2)); // the wait leaves time for another attempt
    CHECK(bench.receiver.stored() == 2);
  }
  StoringBench bench{{.retries = 2, .timeout = 1min, .asks_later = true}, StoreKind::victoria_logs};
  bench.receiver.script_pushes({testing::lost_answer, {}});
  bench.push(bench.entries(2));
  CHECK(bench.fates() == "left 0+2 ");
  CHECK(bench.heard[0].doubt == Doubt::possibly_stored);
  CHECK(bench.clock.sleeps == 0);
  CHECK(bench.pushes() == 1);
}

TEST_CASE(
    "a receiver that may not be asked is sent to again, and what may be there twice is told") {
  StoringBench bench{{.retries = 2, .timeout = 1min}};
  bench.receiver.script_pushes({testing::lost_answer, {}});
  bench.receiver.script_queries({{.status = 403}});
  bench.push(bench.entries(3));
  CHECK(bench.fates() == "accepted 0+3 ");
  CHECK(bench.heard[0].doubt == Doubt::possibly_stored);
  CHECK(bench.pushes() == 2);
  CHECK(bench.receiver.duplicates() == 0); // so soon, Loki recognises them

  // From now on a push is small enough for that.
  bench.push(bench.entries(8, bench.start, 16UL * 1024));
  CHECK(bench.pushes() == 5);
  CHECK(bench.queries() == 1);
  CHECK(bench.heard[0].doubt == Doubt::none);
}

TEST_CASE("a receiver that does not say what it has is sent nothing more") {
  StoringBench bench{{.retries = 2, .timeout = 1min}};
  bench.receiver.script_pushes({testing::lost_answer, {}});
  bench.receiver.script_queries({{.status = 503}});
  bench.push(bench.entries(3));
  CHECK(bench.fates() == "stopped 0+3 ");
  CHECK(bench.heard[0].doubt == Doubt::possibly_stored);
  CHECK(bench.heard[0].delivery.judgement.code == ExitCode::tempfail);
  CHECK(bench.pushes() == 1);
}

TEST_CASE("what Loki stored of a push that it refuses for age is not sent again") {
  StoringBench bench{{.retries = 2, .timeout = 1min}};
  SUBCASE("too old") {
    std::vector<Entry> all = bench.entries(10, bench.start - 24h * 8);
    const std::vector<Entry> good = bench.entries(90);
    all.insert(all.end(), good.begin(), good.end());
    bench.push(all);
    CHECK(bench.fates() == "refused 0+10 accepted 10+90 ");
    CHECK(bench.pushes() == 1);
    CHECK(bench.receiver.stored() == 90);
  }
  SUBCASE("too far behind") {
    bench.push(bench.entries(1));
    std::vector<Entry> all = bench.entries(10, bench.start - 2h);
    const std::vector<Entry> good = bench.entries(20, bench.start - 30min);
    all.insert(all.end(), good.begin(), good.end());
    bench.push(all);
    CHECK(bench.fates() == "refused 0+10 accepted 10+20 ");
    CHECK(bench.pushes() == 2);
    CHECK(bench.receiver.stored() == 21);
  }
  CHECK(bench.queries() == 1);
  REQUIRE(bench.heard.size() == 2);
  CHECK(bench.heard[0].doubt == Doubt::none);
  CHECK(bench.heard[0].delivery.judgement.is_about_age);
  CHECK(bench.heard[1].doubt == Doubt::none);
}

TEST_CASE("entries of the second that Loki names as the oldest are asked for, stored or not") {
  StoringBench bench{{.retries = 2, .timeout = 1min}};
  const auto entry = [&](std::chrono::nanoseconds after) {
    return bench.entries(1, bench.start + after)[0];
  };
  bench.push({entry(500ms)}); // which makes the limit half a second above a full one
  const std::vector<Entry> behind{entry(-1h + 200ms), entry(-1h + 400ms), entry(-1h + 700ms)};
  SUBCASE("alone with good ones") {
    bench.push({behind[0], behind[1], behind[2], entry(-30min)});
    CHECK(bench.fates() == "refused 0+2 accepted 2+1 accepted 3+1 ");
    CHECK(bench.pushes() == 2);
  }
  SUBCASE("with older ones") {
    bench.push({entry(-2h), behind[0], behind[1], behind[2], entry(-30min)});
    CHECK(bench.fates() == "refused 0+1 refused 1+2 accepted 3+2 ");
    CHECK(bench.pushes() == 3); // the second one has the two of which Loki names no better time
  }
  CHECK(bench.receiver.stored() == 3);
  CHECK(bench.receiver.duplicates() == 0);
  for (const Pushed& pushed : bench.heard) {
    CHECK(pushed.doubt == Doubt::none);
    CHECK((pushed.fate == Fate::accepted || pushed.delivery.judgement.is_about_age));
  }
}

TEST_CASE("an entry that is refused for its size does not bring the others twice") {
  StoringBench bench{{.retries = 2, .timeout = 1min}};
  std::vector<Entry> all = bench.entries(20);
  all[7].line = std::string(300'000, 'x');
  bench.push(all);
  CHECK(bench.fates() == "accepted 0+7 refused 7+1 accepted 8+12 ");
  CHECK(bench.pushes() == 2); // the second one has the bad entry alone
  CHECK(bench.receiver.stored() == 19);
  for (const Pushed& pushed : bench.heard) {
    CHECK(pushed.doubt == Doubt::none);
  }
}

TEST_CASE("what an earlier run leaves in doubt is asked for before it is sent") {
  StoringBench bench{{.retries = 2, .timeout = 1min}};
  const std::vector<Entry> all = bench.entries(6);
  bench.push({all[0], all[1], all[3]});
  const Doubt maybe = Doubt::possibly_stored;
  bench.push(all, {maybe, maybe, maybe, maybe, Doubt::none, Doubt::none});
  CHECK(bench.fates() == "accepted 0+2 accepted 2+1 accepted 3+1 accepted 4+2 ");
  for (const Pushed& pushed : bench.heard) {
    CHECK(pushed.doubt == Doubt::none);
  }
  CHECK(bench.heard[0].delivery.attempts == 0);
  CHECK(bench.queries() == 2); // an absence counts only after half a second
  CHECK(bench.pushes() == 3);
  CHECK(bench.receiver.stored() == 6);
  CHECK(bench.receiver.duplicates() == 0);
}

TEST_CASE("what was accepted unconfirmed is sent again once, and then refused") {
  StoringBench bench{{.retries = 2, .timeout = 1min}};
  bench.receiver.script_pushes({{.stores = false}});
  bench.push(bench.entries(2), {Doubt::unconfirmed, Doubt::unconfirmed_twice});
  CHECK(bench.fates() == "refused 0+1 refused 1+1 ");
  CHECK(bench.heard[1].delivery.judgement.message == "accepted, but never found");
  CHECK(bench.pushes() == 1);

  bench.receiver.script_pushes({});
  bench.push(bench.entries(1), {Doubt::unconfirmed});
  CHECK(bench.fates() == "accepted 0+1 ");
  CHECK(bench.heard[0].is_confirmed);
  CHECK(bench.receiver.stored() == 1);
}

TEST_CASE("with confirmation an entry is delivered when a query returns it") {
  StoringBench bench{{.retries = 2, .timeout = 1min, .confirms = true}};
  bench.receiver.script_queries({{.lies = true}, {}});
  bench.push(bench.entries(3));
  CHECK(bench.fates() == "accepted 0+3 ");
  CHECK(bench.heard[0].is_confirmed);
  CHECK(bench.queries() == 2);

  bench.receiver.script_pushes({{.stores = false}});
  bench.push(bench.entries(2, bench.start + 20s));
  CHECK(bench.fates() == "left 0+2 ");
  CHECK(bench.heard[0].doubt == Doubt::unconfirmed);
  CHECK(bench.heard[0].delivery.judgement.code == ExitCode::tempfail);
  CHECK(bench.heard[0].delivery.judgement.message ==
        "accepted with HTTP status 204 but not found by a query");
  CHECK(bench.receiver.stored() == 3);
}

TEST_CASE("an entry that Loki hides counts as delivered, not as confirmed") {
  StoringBench bench{{.retries = 2, .timeout = 1min, .confirms = true}};
  bench.push(bench.entries(1, bench.start - 3h));
  CHECK(bench.fates() == "accepted 0+1 ");
  CHECK_FALSE(bench.heard[0].is_confirmed);
  CHECK(bench.heard[0].doubt == Doubt::none);
  CHECK(bench.clock.sleeps == 0);
}

TEST_SUITE_END();
