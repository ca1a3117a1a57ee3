// The receiver of the tests behaves as the real ones were measured.
#include "support/storing_receiver.hpp"

#include "loki/gzip.hpp"
#include "loki/push.hpp"
#include "support/witness.hpp"

#include <doctest/doctest.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>
#include <ostream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

using namespace metrics_event::testing;
using namespace std::chrono_literals;
using metrics_event::Entry;
using metrics_event::Instant;
using metrics_event::Labels;
using metrics_event::push_body;
using metrics_event::unix_nanoseconds;

namespace {

constexpr auto ample = 20s;

// A client that speaks raw HTTP.
class Client {
public:
  explicit Client(const StoringReceiver& receiver)
      : socket_{check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket")} {
    sockaddr_in peer{};
    peer.sin_family = AF_INET;
    peer.sin_port = htons(receiver.port());
    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&peer), sizeof peer),
          "connect");
  }

  void say(std::string_view words) const {
    while (!words.empty()) {
      words.remove_prefix(static_cast<std::size_t>(
          check(::send(socket_.get(), words.data(), words.size(), MSG_NOSIGNAL), "send")));
    }
  }

  // Everything until the other side closes, the time is up, or `enough` was read.
  std::string hear(std::string_view enough = "\x01",
                   std::chrono::milliseconds limit = ample) const {
    std::string heard;
    std::array<char, 65536> part{};
    pollfd readable{socket_.get(), POLLIN, 0};
    for (const auto until = Clock::now() + limit;
         heard.find(enough) == heard.npos && poll_until({&readable, 1}, until);) {
      const ssize_t size = ::recv(socket_.get(), part.data(), part.size(), 0);
      if (size <= 0) {
        break;
      }
      heard.append(part.data(), static_cast<std::size_t>(size));
    }
    return heard;
  }

private:
  Descriptor socket_;
};

std::string request(const std::string& line, const std::string& body = "",
                    const std::string& headers = "") {
  return line + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

const std::string json = "Content-Type: application/json\r\n";
const std::string last = "Connection: close\r\n";
const std::string loki_push = "POST /loki/api/v1/push";
const std::string victoria_push = "POST /insert/loki/api/v1/push";
const StoreSettings victoria{.kind = StoreKind::victoria_logs, .delay = 0ms};

std::string push(const std::vector<Entry>& entries, const std::string& line = loki_push,
                 const std::string& headers = last) {
  return request(line, push_body(entries), json + headers);
}

struct HttpAnswer {
  int status = 0; // 0: none came
  std::string body{};

  bool operator==(const HttpAnswer&) const = default;
};

std::ostream& operator<<(std::ostream& out, const HttpAnswer& answer) {
  return out << answer.status << ' ' << answer.body;
}

// The answer to a request that ends its connection.
HttpAnswer answer_to(const StoringReceiver& receiver, const std::string& bytes) {
  const Client client{receiver};
  client.say(bytes);
  const std::string heard = client.hear();
  const std::size_t end = heard.find("\r\n\r\n");
  return end == heard.npos ? HttpAnswer{}
                           : HttpAnswer{std::stoi(heard.substr(9, 3)), heard.substr(end + 4)};
}

std::string encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    constexpr std::string_view digits = "0123456789ABCDEF";
    out += {'%', digits[byte / 16U], digits[byte % 16U]};
  }
  return out;
}

std::string form(std::string_view query, Instant start, Instant end, const std::string& more = "") {
  return "query=" + encoded(query) + "&start=" + unix_nanoseconds(start) +
         "&end=" + unix_nanoseconds(end) + more;
}

HttpAnswer asked(const StoringReceiver& receiver, const std::string& parameters,
                 const std::string& headers = "") {
  const std::string path = receiver.query_url().substr(receiver.query_url().find('/', 7));
  return answer_to(receiver, request("GET " + path + '?' + parameters, "", headers + last));
}

Instant now() {
  return std::chrono::system_clock::now();
}

Entry entry(std::string line, Instant time, Labels labels = {{"job", "a"}}, Labels metadata = {}) {
  return {std::move(labels), time, std::move(line), std::move(metadata)};
}

// A number of lines of 146 bytes, a millisecond from one to the next.
std::vector<Entry> lines(std::size_t count, Instant begin) {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    entries.push_back(entry(number + std::string(146 - number.size(), '.'),
                            begin + std::chrono::milliseconds{i}));
  }
  return entries;
}

std::string count_of(const std::string& body, const std::string& word) {
  std::size_t count = 0;
  for (std::size_t at = body.find(word); at != body.npos; at = body.find(word, at + 1)) {
    ++count;
  }
  return std::to_string(count);
}

} // namespace

TEST_SUITE_BEGIN("storing receiver");

TEST_CASE("Loki recognises a repetition in the open block of its stream, and VictoriaLogs never") {
  const Instant time = now() - 1min;
  const Entry one = entry("one", time);
  struct Row {
    const char* reason;
    std::vector<std::vector<Entry>> pushes;
    std::size_t distinct;
    std::size_t loki;
    std::size_t victoria;
  };
  const std::vector<Row> rows{
      {"the identical push again: stored once", {{one}, {one}}, 1, 1, 2},
      {"the same pair twice in one push: once", {{one, one}}, 1, 1, 2},
      {"same entry time, other line: both", {{one}, {entry("two", time)}}, 2, 2, 2},
      {"same line, other labels: both", {{one}, {entry("one", time, {{"job", "b"}})}}, 2, 2, 2},
      {"other metadata: both",
       {{one}, {entry("one", time, {{"job", "a"}}, {{"k", "v"}})}},
       2,
       2,
       2},
      {"1700 lines (249 KB) imported twice: 1700",
       {lines(1700, time), lines(1700, time)},
       1700,
       1700,
       3400},
      {"1900 lines (278 KB) twice: 3800", {lines(1900, time), lines(1900, time)}, 1900, 3800, 3800},
      {"one event, 300 KB of others in its stream, the same event again: 2",
       {{one}, lines(2055, time), {one}},
       2056,
       2057,
       2057},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    const StoringReceiver loki;
    const StoringReceiver logs{{.store = victoria}};
    for (const auto& entries : row.pushes) {
      CHECK(answer_to(loki, push(entries)) == HttpAnswer{204});
      CHECK(answer_to(logs, push(entries, victoria_push)) == HttpAnswer{204});
    }
    CHECK(loki.distinct() == row.distinct);
    CHECK(loki.stored() == row.loki);
    CHECK(loki.duplicates() == row.loki - row.distinct);
    CHECK(logs.distinct() == row.distinct);
    CHECK(logs.stored() == row.victoria);
    CHECK(loki.pushes().size() == row.pushes.size());
  }
  const StoringReceiver small{{.store = {.block = 4}}}; // a block of few bytes serves small tests
  for (const auto& entries : {lines(1, time), lines(1, time)}) {
    CHECK(answer_to(small, push(entries)).status == 204);
  }
  CHECK(small.copies().begin()->second == 2);
}

TEST_CASE(
    "Loki refuses what is too old, too new, too long or too far behind, and stores the rest") {
  const Instant time = now();
  const std::string stream = R"({job="a", service_name="a"})";
  const auto good = entry("good", time);
  struct Row {
    const char* reason;
    Entry bad;
    std::string words; // which the answer begins with
  };
  const std::vector<Row> rows{
      {"entry 7 days + 1 min old", entry("bad", time - 168h - 1min),
       "entry for stream '" + stream + "' has timestamp too old: "},
      {"10 min + 5 s ahead", entry("bad", time + 10min + 5s),
       "entry for stream '" + stream + "' has timestamp too new: "},
      {"a line of 262 145 bytes", entry(std::string(262145, 'x'), time),
       "max entry size '262144' bytes exceeded for stream '" + stream + "'"},
      {"older than the stream's newest by 61 min", entry("bad", time - 61min),
       "entry with timestamp "},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    const StoringReceiver loki;
    // The decoder of push bodies keeps the order, and push_body() sorts: two pushes.
    CHECK(answer_to(loki, push({good})) == HttpAnswer{204});
    const HttpAnswer answer = answer_to(loki, push({row.bad, entry("other", time - 59min)}));
    CHECK(answer.status == 400);
    CHECK(answer.body.substr(0, row.words.size()) == row.words);
    CHECK(loki.stored() == 2);
  }
  const StoringReceiver loki;
  const Instant noon = std::chrono::floor<std::chrono::seconds>(time);
  answer_to(loki, push({entry("good", noon)}));
  std::time_t seconds = std::chrono::system_clock::to_time_t(noon - 1h);
  std::array<char, 32> oldest{};
  std::tm parts{};
  oldest[std::strftime(oldest.data(), oldest.size(), "%FT%TZ", ::gmtime_r(&seconds, &parts))] = 0;
  seconds -= 60;
  std::array<char, 32> date{};
  std::array<char, 32> clock{};
  std::strftime(date.data(), date.size(), "%F", ::gmtime_r(&seconds, &parts));
  std::strftime(clock.data(), clock.size(), "%T", &parts);
  const std::string day{date.data()};
  const std::string hour{clock.data()};
  const HttpAnswer behind =
      answer_to(loki, push({entry("bad", noon - 61min + 120ms), entry("good", noon - 1h)}));
  CHECK(behind ==
        HttpAnswer{400,
                   "entry with timestamp " + day + ' ' + hour +
                       ".12 +0000 UTC ignored, reason: 'entry too far behind, entry "
                       "timestamp is: " +
                       day + 'T' + hour + "Z, oldest acceptable timestamp is: " + oldest.data() +
                       "',\nuser 'fake', total ignored: 1 out of 2 for stream: " + stream + '\n'});
  CHECK(loki.stored() == 2);
}

TEST_CASE("a request is answered by its path, its form and its tenant") {
  const std::string good = push_body(std::vector{entry("x", now())});
  std::string packed;
  metrics_event::Gzip{}.compress(good, packed);
  struct Row {
    const char* reason;
    StoreKind kind;
    std::string bytes;
    HttpAnswer answer;
    std::size_t stored = 0;
  };
  const auto loki = StoreKind::loki;
  const auto logs = StoreKind::victoria_logs;
  const HttpAnswer no_stream{422, "error at least one valid stream is required for ingestion\n"};
  const std::vector<Row> rows{
      {"no streams: 422 since 3.4", loki, request(loki_push, R"({"streams":[]})", json + last),
       no_stream},
      {"the same of {}", loki, request(loki_push, "{}", json + last), no_stream},
      {"a stream with values []: 204, leaves no entry",
       loki,
       request(loki_push, R"({"streams":[{"stream":{"job":"a"},"values":[]}]})", json + last),
       {204}},
      {"that at VictoriaLogs",
       logs,
       request(victoria_push, R"({"streams":[{"stream":{"job":"a"},"values":[]}]})", json + last),
       {204}},
      {"Content-Encoding gzip: 204",
       loki,
       request(loki_push, packed, json + "Content-Encoding: gzip\r\n" + last),
       {204},
       1},
      {"gzip at VictoriaLogs",
       logs,
       request(victoria_push, packed, json + "Content-Encoding: gzip\r\n" + last),
       {204},
       1},
      {"no Content-Type", loki, request(loki_push, good, last), {400, "mime: no media type\n"}},
      {"GET on the path: 405", loki, request("GET /loki/api/v1/push", "", last), {405}},
      {"other path: 404",
       loki,
       request("POST /", good, json + last),
       {404, "404 page not found\n"}},
      {"unknown path of VictoriaLogs: 400",
       logs,
       push({entry("x", now())}),
       {400, "unsupported path requested: \"/loki/api/v1/push\"\n"}},
      {"bad tenant of VictoriaLogs: 400",
       logs,
       push({entry("x", now())}, victoria_push, last + "X-Scope-OrgID: me\r\n"),
       {400, "cannot parse common params from request: cannot parse accountID\n"}},
      {"VictoriaLogs drops what is older than 7 d",
       logs,
       push({entry("x", now() - 169h)}, victoria_push),
       {204}},
      {"and what is 2 d ahead", logs, push({entry("x", now() + 49h)}, victoria_push), {204}},
      {"GET /ready", loki, request("GET /ready", "", last), {200, "ready\n"}},
      {"GET /insert/loki/ready",
       logs,
       request("GET /insert/loki/ready", "", last),
       {200, "ready\n"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    const StoringReceiver receiver{{.store = {.kind = row.kind}}};
    CHECK(answer_to(receiver, row.bytes) == row.answer);
    CHECK(receiver.stored() == row.stored);
  }
}

TEST_CASE("Loki returns what it stored, with metadata in the labels or apart") {
  const StoringReceiver loki;
  const Instant time = now();
  const std::string at = unix_nanoseconds(time);
  answer_to(loki, push({entry(R"({"n":1})", time, {{"job", "a"}}, {{"k-a.b", "2"}})}));
  const std::string one = form(R"({job="a"})", time, time + 1ns, "&limit=5000&direction=forward");
  CHECK(asked(loki, one) ==
        HttpAnswer{200, R"({"status":"success","data":{"resultType":"streams","result":[{"stream":)"
                        R"({"detected_level":"unknown","job":"a","k_a_b":"2","service_name":"a"},)"
                        R"("values":[[")" +
                            at + R"(","{\"n\":1}"]]}],"stats":{}}})"});
  CHECK(asked(loki, one, "X-Loki-Response-Encoding-Flags: categorize-labels\r\n") ==
        HttpAnswer{200, R"({"status":"success","data":{"resultType":"streams","result":[{"stream":)"
                        R"({"job":"a","service_name":"a"},"values":[[")" +
                            at +
                            R"(","{\"n\":1}",{"structuredMetadata":{"detected_level":"unknown",)"
                            R"("k_a_b":"2"}}]]}],"encodingFlags":["categorize-labels"],)"
                            R"("stats":{}}})"});
  CHECK(asked(loki, one, "X-Scope-OrgID: other\r\n").body.find("values") == std::string::npos);
  CHECK(loki.queries().size() == 3);
  CHECK(loki.queries()[2].header("x-scope-orgid") == "other");
}

TEST_CASE("Loki is asked for a span, with a limit and an order") {
  const StoringReceiver loki;
  const Instant time = now();
  answer_to(loki, push({entry("first", time), entry("second", time + 1ns),
                        entry("third", time + 2ns, {{"job", "b"}, {"x", "y"}})}));
  struct Row {
    const char* reason;
    std::string parameters;
    std::vector<std::string> found;
    std::vector<std::string> not_found;
  };
  const std::string job = R"({job="a"})";
  const std::vector<Row> rows{
      {"start is inclusive, end exclusive", form(job, time, time + 1ns), {"first"}, {"second"}},
      {"the same at its other side", form(job, time + 1ns, time + 2ns), {"second"}, {"first"}},
      {"oldest first",
       form(job, time, time + 1h, "&limit=1&direction=forward"),
       {"first"},
       {"second"}},
      {"newest first by default", form(job, time, time + 1h, "&limit=1"), {"second"}, {"first"}},
      {"all labels must match",
       form(R"({ job="b", x="y" })", time, time + 1h),
       {"third"},
       {"first"}},
      {"a label that is absent is empty",
       form(R"({x="",service_name="a"})", time, time + 1h),
       {"first", "second"},
       {"third"}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reason);
    const HttpAnswer answer = asked(loki, row.parameters);
    CHECK(answer.status == 200);
    for (const std::string& line : row.found) {
      CHECK(count_of(answer.body, '"' + line + '"') == "1");
    }
    for (const std::string& line : row.not_found) {
      CHECK(count_of(answer.body, '"' + line + '"') == "0");
    }
  }
  CHECK(asked(loki, form(job, time, time + 1h, "&limit=6000")) ==
        HttpAnswer{400, "max entries limit per query exceeded, limit > max_entries_limit_per_query "
                        "(6000 > 5000)\n"});
  for (const char* bad : {"", "{}", R"({job=a})", R"({job=""})", R"({job="a")", R"({job="\/"})",
                          R"({job="a"}x)", R"({,job="a"})", "{job=\"a\nb\"}"}) {
    CAPTURE(bad);
    CHECK(asked(loki, form(bad, time, time + 1h)).status == 400);
  }
  const std::string long_query =
      form(job + std::string(80'000, ' '), time, time + 1h); // as GET and as POST, 80 KB work
  CHECK(count_of(asked(loki, long_query).body, "first") == "1");
  CHECK(count_of(answer_to(loki, request("POST /loki/api/v1/query_range", long_query, last)).body,
                 "first") == "1");
}

TEST_CASE("label values of any characters are found when they are quoted") {
  struct Row {
    std::string value;
    std::string quoted;
  };
  const std::vector<Row> rows{
      {"a\"b", R"("a\"b")"},       {"a\\b", R"("a\\b")"},   {"a\nb\tc\r", R"("a\nb\tc\r")"},
      {"a`b", R"("a`b")"},         {"a%20b", R"("a%20b")"}, {R"({x="y"})", R"("{x=\"y\"}")"},
      {"a\x01z", R"("a\u0001z")"}, {"é", R"("é")"},         {"😀", R"("\U0001F600")"},
      {"é", R"("\xc3\xa9")"},      {"a+b", "`a+b`"},        {"a\x01", R"("a\001")"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.quoted);
    const Instant time = now();
    const StoringReceiver loki;
    answer_to(loki, push({entry("line", time, {{"job", row.value}})}));
    CHECK(count_of(asked(loki, form("{job=" + row.quoted + '}', time, time + 1ns)).body,
                   "line\"") == "1");
    const StoringReceiver logs{{.store = victoria}};
    answer_to(logs, push({entry("line", time, {{"job", row.value}})}, victoria_push));
    CHECK(count_of(asked(logs, form(R"("job":=)" + row.quoted, time, time)).body, "line\"") == "1");
  }
}

TEST_CASE("Loki returns entries of more than 150 minutes ago only once they are flushed") {
  StoringReceiver loki;
  const Instant time = now();
  answer_to(loki, push({entry("young", time - 149min, {{"job", "a"}, {"x", "1"}}),
                        entry("old", time - 151min)}));
  const std::string all = form(R"({job="a"})", time - 200min, time);
  CHECK(count_of(asked(loki, all).body, "\"young\"") == "1");
  CHECK(count_of(asked(loki, all).body, "\"old\"") == "0");
  loki.reveal();
  CHECK(count_of(asked(loki, all).body, "\"old\"") == "1");
}

TEST_CASE("VictoriaLogs returns fields") {
  const StoringReceiver logs{{.store = victoria}};
  const Instant time{
      std::chrono::seconds{std::chrono::floor<std::chrono::days>(now()).time_since_epoch()} +
      120000000ns};
  const std::string day = [&] {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    std::array<char, 16> text{};
    std::strftime(text.data(), text.size(), "%F", ::gmtime_r(&seconds, &parts));
    return std::string{text.data()};
  }();
  const std::string line =
      R"({"event":"x","n":12.50,"o":{"p":"q"},"list":[1,"2"],"none":null,"e":""})";
  const std::string tenant = "X-Scope-OrgID: 7:8\r\n";
  const std::string reader = "AccountID: 7\r\nProjectID: 8\r\n";
  answer_to(logs, push({entry(line, time, {{"job", "a"}, {"z", "b"}}, {{"trace", "1"}})},
                       victoria_push + "?_msg_field=nothing,event", last + tenant));
  const std::string query = form(R"("job":="a" z:="b")", time, time);
  CHECK(
      asked(logs, query, reader) ==
      HttpAnswer{200, R"({"_time":")" + day +
                          R"(T00:00:00.12Z","_stream":"{job=\"a\",z=\"b\"}","_msg":"x","job":"a",)"
                          R"("list":"[1,\"2\"]","n":"12.50","o.p":"q","trace":"1","z":"b"})"
                          "\n"});
  CHECK(asked(logs, query) == HttpAnswer{200});
  CHECK(asked(logs, form(R"({job="a"} n:="12.50")", time, time), reader).body.size() > 2);
  CHECK(asked(logs, form(R"("job":="a" | sort by (_time))", time, time), reader).status == 400);

  const std::string logged = "missing _msg field; see ";
  answer_to(logs, push({entry("plain words", time), entry(R"({"a":1})", time + 1ns),
                        entry(R"({"a":2})", time + 2ns)},
                       victoria_push));
  const std::string all = asked(logs, form(R"(job:="a")", time, time + 2ns)).body;
  CHECK(count_of(all, R"("_msg":"plain words")") == "1");
  CHECK(count_of(all, logged) == "2"); // the default of -defaultMsgValue
  CHECK(count_of(all, "\n") == "3");
  CHECK(count_of(asked(logs, form("*", time + 1ns, time + 1ns)).body, "\n") == "1"); // inclusive
  CHECK(asked(logs, form("*", time + 1ns, time)).status == 400);
  CHECK(count_of(asked(logs, form("*", time, time + 2ns, "&limit=1")).body, R"("a":"2")") == "1");
}

TEST_CASE("VictoriaLogs returns an entry some time after its 204") {
  StoringReceiver logs{{.store = {.kind = StoreKind::victoria_logs}}};
  const Instant time = now();
  answer_to(logs, push({entry("x", time)}, victoria_push));
  CHECK(asked(logs, form("*", time, time)) == HttpAnswer{200});
  logs.reveal();
  CHECK(asked(logs, form("*", time, time)).body.size() > 2);

  const StoringReceiver quick{{.store = {.kind = StoreKind::victoria_logs, .delay = 50ms}}};
  answer_to(quick, push({entry("x", time)}, victoria_push));
  await("the entry is visible",
        [&] { return asked(quick, form("*", time, time)).body.size() > 2; });
}

TEST_CASE("a push meets what the script says") {
  struct Row {
    const char* what;
    Conduct conduct;
    std::string heard;
    std::size_t stored;
  };
  const std::string accepted = "HTTP/1.1 204 OK\r\nConnection: close\r\n\r\n";
  const std::vector<Row> rows{
      {"it is answered", {}, accepted, 1},
      {"the answer is lost", lost_answer, "", 1},
      {"the answer is cut", {.answer_bytes = 10}, accepted.substr(0, 10), 1},
      {"500 after storing",
       {.status = 500, .body = "context canceled\n"},
       "HTTP/1.1 500 Error\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 17\r\n"
       "Connection: close\r\n\r\ncontext canceled\n",
       1},
      {"408 after storing, with more headers",
       {.status = 408, .headers = {"Retry-After: 1"}},
       "HTTP/1.1 408 Error\r\nRetry-After: 1\r\nContent-Type: text/plain; charset=utf-8\r\n"
       "Content-Length: 0\r\nConnection: close\r\n\r\n",
       1},
      {"503 without storing",
       {.status = 503, .stores = false},
       "HTTP/1.1 503 Error\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 0\r\n"
       "Connection: close\r\n\r\n",
       0},
      {"an agent that forgets", {.stores = false}, accepted, 0},
      {"it hangs, having stored", {.hangs = true}, "", 1},
      {"it hangs, storing nothing", {.hangs = true, .stores = false}, "", 0},
      {"it closes, and stores later", {.answer_bytes = 0, .stores_after = 500ms}, "", 1},
      {"it stores after it was given up", {.hangs = true, .stores_after = 30ms}, "", 1},
      {"it closes within the request", {.request_bytes = 40}, "", 0},
      {"it closes after the request", {.request_bytes = 10000}, accepted, 1},
      {"it is slow", {.delay = 30ms}, accepted, 1},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    const StoringReceiver loki{{.pushes = {row.conduct}}};
    {
      const Client client{loki};
      client.say(push({entry("x", now())}));
      CHECK(client.hear("\x01", row.conduct.hangs ? 50ms : ample) == row.heard);
      if (row.conduct.stores_after.count() > 0) {
        CHECK(loki.stored() == 0);
      }
    }
    loki.await_quiet();
    CHECK(loki.stored() == row.stored);
  }
}

TEST_CASE("a query meets what the script says") {
  struct Row {
    const char* what;
    Conduct conduct;
    HttpAnswer answer;
  };
  const std::string empty =
      R"({"status":"success","data":{"resultType":"streams","result":[],"stats":{}}})";
  const std::vector<Row> rows{
      {"forbidden", {.status = 403}, {403}},
      {"not found", {.status = 404, .body = "404 page not found\n"}, {404, "404 page not found\n"}},
      {"too many requests", {.status = 429}, {429}},
      {"unavailable", {.status = 503}, {503}},
      {"a web page", web_page, {200, web_page.body}},
      {"a lie", {.lies = true}, {200, empty}},
      {"its answer is cut", {.answer_bytes = 3}, {}},
      {"it is cut itself", {.request_bytes = 3}, {}},
  };
  const Instant time = now();
  StoringReceiver loki;
  answer_to(loki, push({entry("x", time)}));
  const std::string query = form(R"({job="a"})", time, time + 1ns);
  for (const Row& row : rows) {
    CAPTURE(row.what);
    loki.script_queries({row.conduct, {}});
    CHECK(asked(loki, query) == row.answer);
    CHECK(count_of(asked(loki, query).body, unix_nanoseconds(time)) == "1");
  }
  loki.script_queries({{.hangs = true}});
  const Client silenced{loki};
  silenced.say(request("GET /loki/api/v1/query_range?" + query));
  CHECK(silenced.hear("\x01", 50ms).empty());
}

TEST_CASE("pushes are scripted one by one, and the last conduct repeats") {
  StoringReceiver loki{{.pushes = {{.status = 500}, {.status = 503}, {}}}};
  std::vector<int> statuses;
  for (int i = 0; i < 4; ++i) {
    asked(loki, ""); // a query takes no turn of a push
    statuses.push_back(answer_to(loki, push({entry("x", now())})).status);
  }
  CHECK(statuses == std::vector{500, 503, 204, 204});
  loki.script_pushes({{.status = 408}});
  CHECK(answer_to(loki, push({entry("x", now())})).status == 408);
  CHECK(loki.pushes().size() == 5);
}

TEST_CASE("a connection serves many requests, and many clients are served at once") {
  const StoringReceiver loki;
  const Client idle{loki};
  const auto push_many = [&](const std::string& job) {
    const Client client{loki};
    for (int i = 0; i < 50; ++i) {
      const std::string line = std::to_string(i);
      const std::string bytes = push({entry(line, now(), {{"job", job}})}, loki_push, "");
      const std::size_t piece = i == 0 ? 40 : bytes.size(); // a request may come in pieces
      client.say(bytes.substr(0, piece));
      client.say(bytes.substr(piece));
      client.hear("\r\n\r\n");
    }
  };
  {
    std::vector<std::jthread> clients;
    for (const char* job : {"a", "b", "c", "d"}) {
      clients.emplace_back([&push_many, job] { push_many(job); });
    }
  }
  CHECK(loki.stored() == 200);
  CHECK(loki.distinct() == 200);
  CHECK(loki.pushes().size() == 200);
}

TEST_CASE("a receiver ends promptly, whatever its clients and its script do") {
  const auto begin = Clock::now();
  {
    const StoringReceiver loki{{.pushes = {{.hangs = true},
                                           {.delay = std::chrono::hours{1}},
                                           {.answer_bytes = 0, .stores_after = 1h}}}};
    const std::string bytes = push({entry("x", now())});
    const Client hanging{loki};
    const Client delayed{loki};
    const Client late{loki};
    for (const Client* client : {&hanging, &delayed, &late}) {
      client->say(bytes);
      client->hear("\x01", 20ms);
    }
    const Client half{loki};
    half.say("POST /loki");
  }
  CHECK(Clock::now() - begin < 5s);
}

TEST_CASE("a receiver can open a port that was closed") {
  ClosedPort port;
  const std::uint16_t number = port.port();
  const StoringReceiver loki{std::move(port), {}};
  CHECK(loki.port() == number);
  CHECK(loki.push_url() == "http://127.0.0.1:" + std::to_string(number) + "/loki/api/v1/push");
  CHECK(answer_to(loki, push({entry("x", now())})).status == 204);
}

TEST_SUITE_END();
