#include "loki/query_answer.hpp"

#include "json/writer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>
#include <vector>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

using Kind = QueryAnswer::Kind;

const QueryPlace loki{};
const QueryPlace behind_agent{.may_add_labels = true};
const QueryPlace victoria_logs{.api = QueryApi::victoria_logs, .message_fields = {"_msg"}};

constexpr auto time_text = "1700000000000000001";
const Entry sent{.labels = {{"job", "metrics"}},
                 .time = Instant{1'700'000'000'000'000'001ns},
                 .line = R"({"event":"x"})"};
const Entry with_metadata{.labels = sent.labels,
                          .time = sent.time,
                          .line = sent.line,
                          .metadata = {{"trace", "1"}, {"user", "a\"b"}}};

Reply json_reply(std::string body) {
  return {
      .status = 200, .content_type = "application/json; charset=UTF-8", .body = std::move(body)};
}

// An answer of Loki with one stream.
std::string stream_answer(const std::string& labels, const std::string& values) {
  return R"({"status":"success","data":{"resultType":"streams","result":[{"stream":)" + labels +
         R"(,"values":[)" + values + R"(]}],"stats":{}}})";
}

// A value in a stream, such as ["17…","the line"].
std::string value(const std::string& time, const std::string& line, const std::string& more = "") {
  return '[' + json_string(time) + ',' + json_string(line) + (more.empty() ? "" : ',' + more) + ']';
}

QueryAnswer read(const QueryPlace& place, const Entry& entry, const Reply& reply, bool& is_found) {
  AskedEntries asked{{entry.time, {&entry}}};
  QueryAnswer answer = read_query_answer(place, reply, asked);
  is_found = asked.begin()->second.is_found;
  return answer;
}

// Whether the entry is found in an answer, which must be a good one.
bool finds(const QueryPlace& place, const Entry& entry, const std::string& body) {
  bool is_found = false;
  CHECK(read(place, entry, json_reply(body), is_found).kind == Kind::entries);
  return is_found;
}

// Whether Loki's answer with one value in one stream has the entry.
bool loki_has(const QueryPlace& place, const Entry& entry, const std::string& labels,
              const std::string& more = "", const std::string& line = sent.line,
              const std::string& time = time_text) {
  return finds(place, entry, stream_answer(labels, value(time, line, more)));
}

// What is made of a reply that has no entries.
QueryAnswer answer_to(const Reply& reply, const QueryPlace& place = loki) {
  bool is_found = true;
  QueryAnswer answer = read(place, sent, reply, is_found);
  CHECK_FALSE(is_found);
  return answer;
}

// Whether VictoriaLogs' answer with a line of these fields has an entry with that line.
bool victoria_has(const QueryPlace& place, const std::string& line, const std::string& fields,
                  const Labels& metadata = {}) {
  const Entry entry{sent.labels, sent.time, line, metadata};
  return finds(place, entry,
               R"({"_time":"2023-11-14T22:13:20.000000001Z","_stream":"{job=\"metrics\"}",)" +
                   fields + "}\n");
}

} // namespace

TEST_SUITE_BEGIN("query_answer");

TEST_CASE("Loki has an entry when it returns the same stream, time and line") {
  const std::string labels = R"({"job":"metrics"})";
  CHECK(loki_has(loki, sent, labels));
  CHECK_FALSE(loki_has(loki, sent, R"({"job":"other"})"));
  CHECK_FALSE(loki_has(loki, sent, R"({})"));
  CHECK_FALSE(loki_has(loki, sent, labels, "", R"({"event":"y"})"));
  CHECK_FALSE(loki_has(loki, sent, labels, "", sent.line, "1700000000000000002"));
  CHECK_FALSE(finds(loki, sent, R"({"status":"success","data":{"result":[]}})"));
}

TEST_CASE("Loki adds two labels of its own, an agent any") {
  const std::string own = R"({"job":"metrics","service_name":"metrics","detected_level":"info"})";
  const std::string of_agent = R"({"job":"metrics","host":"a"})";
  CHECK(loki_has(loki, sent, own));
  CHECK(loki_has(behind_agent, sent, own));
  CHECK_FALSE(loki_has(loki, sent, of_agent)); // another stream of ours
  CHECK(loki_has(behind_agent, sent, of_agent));
  CHECK_FALSE(loki_has(behind_agent, sent, R"({"host":"a"})"));
  CHECK_FALSE(loki_has(behind_agent, sent, R"({"job":"other","host":"a"})"));
}

TEST_CASE("metadata belongs to an entry, whether Loki returns it apart or among the labels") {
  const std::string labels = R"({"job":"metrics","service_name":"metrics"})";
  const std::string metadata =
      R"({"structuredMetadata":{"detected_level":"unknown","trace":"1","user":"a\"b"}})";
  const std::string mixed =
      R"({"detected_level":"unknown","job":"metrics","trace":"1","user":"a\"b"})";
  CHECK(loki_has(loki, with_metadata, labels, metadata));
  CHECK(loki_has(loki, with_metadata, mixed));
  CHECK_FALSE(loki_has(loki, with_metadata, labels));
  CHECK_FALSE(loki_has(loki, with_metadata, labels, R"({"structuredMetadata":{"trace":"1"}})"));
  CHECK_FALSE(loki_has(loki, with_metadata, labels,
                       R"({"structuredMetadata":{"trace":"2","user":"a\"b"}})"));
  CHECK_FALSE(loki_has(loki, sent, labels, metadata));
  CHECK_FALSE(loki_has(loki, sent, mixed));
  CHECK(loki_has(loki, sent, labels, R"({"structuredMetadata":{"detected_level":"unknown"}})"));
  CHECK(loki_has(loki, sent, labels, "{}"));
}

TEST_CASE("an answer tells how many entries it has, of which times, and which of ours") {
  std::vector<Entry> entries(4, sent);
  entries[1].time += 1ns;
  entries[2].line = "other";
  entries[3].line = "nowhere";
  AskedEntries asked;
  for (const Entry& entry : entries) {
    asked.emplace(entry.time, AskedEntry{&entry});
  }
  const std::string values =
      value("1700000000000000001", "other") + ',' + value("1700000000000000002", sent.line) + ',' +
      value("1700000000000000009", "strange") + ',' + value("1699999999999999999", "strange");
  const QueryAnswer answer =
      read_query_answer(loki, json_reply(stream_answer(R"({"job":"metrics"})", values)), asked);
  CHECK(answer.kind == Kind::entries);
  CHECK(answer.count == 4);
  CHECK(answer.oldest == Instant{1'699'999'999'999'999'999ns});
  CHECK(answer.newest == Instant{1'700'000'000'000'000'009ns});
  CHECK_FALSE(answer.is_full());
  CHECK(answer.trouble.empty());
  std::string found;
  for (const auto& one : asked) {
    found += one.second.is_found ? one.second.entry->line + ' ' : "";
  }
  CHECK(found == "other " + sent.line + ' ');

  CHECK(QueryAnswer{.count = 5000}.is_full());
  CHECK_FALSE(QueryAnswer{.count = 4999}.is_full());
}

TEST_CASE("what one answer has found stays found") {
  AskedEntries asked{{sent.time, {&sent}}};
  const std::string labels = R"({"job":"metrics"})";
  read_query_answer(loki, json_reply(stream_answer(labels, value(time_text, sent.line))), asked);
  read_query_answer(loki, json_reply(stream_answer(labels, value(time_text, "other"))), asked);
  CHECK(asked.begin()->second.is_found);
}

TEST_CASE("a receiver that answers something else cannot be asked") {
  const std::string words = "the answer is not that of a query API";
  struct Row {
    Reply reply;
    std::string trouble;
  };
  const Row rows[]{
      {{.status = 200, .content_type = "text/html; charset=utf-8", .body = "<html>Sign in"}, words},
      {{.status = 200, .content_type = "text/html"}, words},
      {{.status = 200, .body = R"({"data":{"result":[]}})"}, words},
      {json_reply(""), words},
      {json_reply("null"), words},
      {json_reply("{}"), words},
      {json_reply(R"({"data":[]})"), words},
      {json_reply(R"({"data":{"result":{}}})"), words},
      {json_reply(R"({"data":{"result":[7]}})"), words},
      {json_reply(R"({"data":{"result":[{"metric":{},"value":[1,"2"]}]}})"), words},
      {json_reply(R"({"data":{"result":[)"), words},
      {json_reply(stream_answer(R"({"job":7})", "")), words},
      {json_reply(stream_answer("{}", R"(["1"])")), words},
      {json_reply(stream_answer("{}", R"([1,"x"])")), words},
      {json_reply(stream_answer("{}", R"(["soon","x"])")), words},
      {{.status = 204}, "HTTP status 204"},
      {{.status = 302}, "HTTP status 302"},
      {{.status = 400}, "HTTP status 400"},
      {{.status = 401}, "HTTP status 401"},
      {{.status = 403}, "HTTP status 403"},
      {{.status = 404}, "HTTP status 404"},
      {{.status = 405}, "HTTP status 405"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.reply.status);
    CAPTURE(row.reply.body);
    const QueryAnswer answer = answer_to(row.reply);
    CHECK(answer.kind == Kind::impossible);
    CHECK(answer.trouble == row.trouble);
  }
  for (const char* body : {"x", "[]", "7", R"({"_msg":"x"})", R"({"_time":"soon","_msg":"x"})",
                           R"({"_time":7})", "{\"_time\":"}) {
    CAPTURE(body);
    CHECK(answer_to(json_reply(body), victoria_logs).kind == Kind::impossible);
  }
  CHECK(answer_to({.status = 200, .content_type = "text/html"}, victoria_logs).kind ==
        Kind::impossible);
  CHECK(answer_to(json_reply(""), victoria_logs).kind == Kind::entries);
}

TEST_CASE("a receiver in trouble may answer later") {
  for (const int status : {408, 429, 500, 502, 503, 504}) {
    CAPTURE(status);
    const QueryAnswer answer = answer_to({.status = status});
    CHECK(answer.kind == Kind::unknown);
    CHECK(answer.trouble == "HTTP status " + std::to_string(status));
  }
  for (const Trouble trouble : {Trouble::no_connection, Trouble::timed_out,
                                Trouble::connection_lost, Trouble::interrupted}) {
    const QueryAnswer answer = answer_to({.trouble = trouble, .detail = "what happened"});
    CHECK(answer.kind == Kind::unknown);
    CHECK(answer.trouble == "what happened");
  }
}

TEST_CASE("of an answer that is read in part nothing is believed") {
  const std::string body = stream_answer(R"({"job":"metrics"})", value(time_text, sent.line));
  Reply reply = json_reply(body + std::string(largest_query_answer - body.size(), ' '));
  CHECK(answer_to(reply).kind == Kind::too_large);
  CHECK(answer_to(reply).trouble == "the answer is larger than 8 MiB");
  reply.body.pop_back();
  bool is_found = false;
  CHECK(read(loki, sent, reply, is_found).kind == Kind::entries);
  CHECK(is_found);
}

TEST_CASE("VictoriaLogs has an entry when it returns the same stream, time and fields") {
  const std::string usual_fields = R"("_msg":"missing _msg field","job":"metrics",)";
  const std::string line = R"({"event":"x","n":12.50,"big":1e3,"ok":true,"s":"a\"b\u00e9"})";
  CHECK(victoria_has(victoria_logs, line,
                     usual_fields +
                         R"("event":"x","n":"12.50","big":"1e3","ok":"true","s":"a\"bé")"));
  CHECK_FALSE(victoria_has(
      victoria_logs, line,
      usual_fields +
          R"("event":"x","n":"12.5","big":"1e3","ok":"true","s":"a\"bé")")); // not its digits
  CHECK_FALSE(
      victoria_has(victoria_logs, line, usual_fields + R"("event":"x","n":"12.50","ok":"true")"));
  CHECK_FALSE(victoria_has(
      victoria_logs, line,
      usual_fields + R"("event":"x","n":"12.50","big":"1e3","ok":"true","s":"a\"bé","more":"1")"));
  CHECK_FALSE(victoria_has(victoria_logs, sent.line, R"("_msg":"m","job":"other","event":"x")"));
  CHECK(victoria_has(victoria_logs, sent.line, R"("_stream_id":"0","job":"metrics","event":"x")"));

  const Entry later{sent.labels, sent.time + 1ns, sent.line, {}};
  CHECK_FALSE(finds(victoria_logs, later,
                    R"({"_time":"2023-11-14T22:13:20.000000001Z","job":"metrics","event":"x"})"));
}

TEST_CASE("VictoriaLogs gives nested fields names with dots, and has no empty ones") {
  const std::string line = R"({"o":{"p":"q","r":{"s":1}},"none":null,"empty":"","list":[1,2]})";
  const std::string fields = R"("job":"metrics","o.p":"q","o.r.s":"1")";
  CHECK(victoria_has(victoria_logs, line, fields + R"(,"list":"[1,2]")"));
  CHECK(victoria_has(victoria_logs, line, fields + R"(,"list":"[1, 2]")")); // its text is not known
  CHECK_FALSE(victoria_has(victoria_logs, line, fields));
  CHECK_FALSE(victoria_has(victoria_logs, line, R"("job":"metrics","o.p":"q","list":"[1,2]")"));
  CHECK_FALSE(victoria_has(victoria_logs, line, fields + R"(,"list":"[1,2]","none":"null")"));
}

TEST_CASE("a field of the line may be the message of VictoriaLogs") {
  const QueryPlace place{.api = QueryApi::victoria_logs, .message_fields = {"none", "text", "b"}};
  const std::string line = R"({"text":"hello","b":"c"})";
  CHECK(victoria_has(place, line, R"("_msg":"hello","job":"metrics","b":"c")"));
  CHECK_FALSE(victoria_has(place, line, R"("_msg":"other","job":"metrics","b":"c")"));
  CHECK_FALSE(victoria_has(place, line, R"("text":"hello","job":"metrics","b":"c")"));
  CHECK(victoria_has(victoria_logs, line, R"("_msg":"?","text":"hello","job":"metrics","b":"c")"));
  CHECK(victoria_has(victoria_logs, R"({"_msg":"m"})", R"("_msg":"m","job":"metrics")"));
  CHECK_FALSE(victoria_has(victoria_logs, R"({"_msg":"m"})", R"("_msg":"?","job":"metrics")"));
}

TEST_CASE("metadata is fields of VictoriaLogs, and an agent may add some") {
  const std::string fields = R"("job":"metrics","event":"x","trace":"1")";
  const QueryPlace agent{
      .api = QueryApi::victoria_logs, .may_add_labels = true, .message_fields = {"_msg"}};
  CHECK(victoria_has(victoria_logs, sent.line, fields, {{"trace", "1"}}));
  CHECK_FALSE(victoria_has(victoria_logs, sent.line, fields, {{"trace", "2"}}));
  CHECK_FALSE(victoria_has(victoria_logs, sent.line, fields));
  CHECK(victoria_has(agent, sent.line, fields));
  CHECK_FALSE(victoria_has(agent, sent.line, R"("job":"metrics","trace":"1")"));
}

TEST_CASE("VictoriaLogs answers with a line an entry") {
  AskedEntries asked{{sent.time, {&sent}}};
  const QueryAnswer answer = read_query_answer(
      victoria_logs,
      json_reply(R"({"_time":"2023-11-14T22:13:20Z","job":"metrics","event":"other"})"
                 "\n"
                 R"({"_time":"2023-11-14T22:13:20.000000001Z","job":"metrics","event":"x"})"
                 "\n"
                 R"({"_time":"2023-11-14T22:13:21.5Z","job":"metrics","event":"x"})"),
      asked);
  CHECK(answer.kind == Kind::entries);
  CHECK(answer.count == 3);
  CHECK(answer.oldest == Instant{1'700'000'000s});
  CHECK(answer.newest == Instant{1'700'000'001'500ms});
  CHECK(asked.begin()->second.is_found);
}

TEST_SUITE_END();
