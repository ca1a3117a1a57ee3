#include "commands/listen_answer.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

constexpr std::string_view good_push =
    R"({"streams":[{"stream":{"a":"b"},"values":[["1","x"],["2","y"]]}]})";

ReceivedRequest push(std::string_view body = good_push) {
  return {.method = "POST",
          .target = "/loki/api/v1/push",
          .content_type = "application/json",
          .body = body};
}

const ScriptedAnswer accepts{};

std::pair<int, std::string> answer(const ReceivedRequest& request) {
  const Answer answer = answer_to(request, accepts);
  return {answer.status, answer.body};
}

using Pair = std::pair<int, std::string>;

} // namespace

TEST_SUITE_BEGIN("receiver");

TEST_CASE("a good push is accepted with all its entries") {
  const Answer answer = answer_to(push(), accepts);
  CHECK(answer.status == 204);
  CHECK(answer.body.empty());
  CHECK(answer.scripted);
  REQUIRE(answer.accepted.size() == 2);
  CHECK(answer.accepted[1].line == "y");
}

TEST_CASE("a query and parameters of the media type do not matter") {
  ReceivedRequest request = push();
  request.target = "/loki/api/v1/push?_msg_field=event";
  request.content_type = "Application/JSON; charset=utf-8";
  CHECK(answer(request) == Pair{204, ""});
}

TEST_CASE("a script decides about good pushes only") {
  const ScriptedAnswer busy{.status = 429, .retry_after = 7};
  const Answer scripted = answer_to(push(), busy);
  CHECK(scripted.status == 429);
  CHECK(scripted.body == "answered as told\n");
  CHECK(scripted.retry_after == 7);
  CHECK(scripted.scripted);
  CHECK(scripted.accepted.empty());

  const Answer malformed = answer_to(push("{"), busy);
  CHECK(malformed.status == 400);
  CHECK_FALSE(malformed.scripted);
  CHECK(answer_to(push(), {.status = 200}).accepted.size() == 2);
  CHECK(answer_to(push(), {.status = 260}).accepted.empty());
}

TEST_CASE("everything else is answered as Loki answers it") {
  ReceivedRequest request = push();
  request.target = "/ready";
  request.method = "GET";
  CHECK(answer(request) == Pair{200, "ready\n"});
  request.target = "/loki/api/v1/push";
  CHECK(answer(request) == Pair{405, ""});
  for (const char* target :
       {"/loki/api/v1/push/", "/Loki/api/v1/push", "/", "//loki/api/v1/push", "/ready"}) {
    CAPTURE(target);
    request = push();
    request.target = target;
    CHECK(answer(request) == Pair{404, "404 page not found\n"});
  }
  request = push();
  request.has_host = false;
  CHECK(answer(request) == Pair{400, "400 Bad Request: missing required Host header\n"});
  request = push();
  request.content_type = std::nullopt;
  CHECK(answer(request) == Pair{400, "mime: no media type\n"});
  for (const char* type : {"text/plain", "text/json", "application/x-ndjson", ""}) {
    CAPTURE(type);
    request.content_type = type;
    CHECK(answer(request) == Pair{400, "snappy: corrupt input\n"});
  }
  request = push();
  request.content_encoding = "br";
  CHECK(answer(request) == Pair{400, "Content-Encoding \"br\" not supported\n"});
  CHECK(answer(push("")) == Pair{400, "EOF\n"});
  CHECK(too_large().status == 413);
}

TEST_CASE("an entry is described on one line of JSON, whatever its line is") {
  const Labels labels{{"job", "metrics"}};
  const auto both = [&](const std::string& line) {
    const Entry entry{labels, Instant{7ns}, line, {}};
    return std::pair{describe(entry, Output::text), describe(entry, Output::json)};
  };
  CHECK(
      both(R"({"a":12.50})") ==
      std::pair<std::string, std::string>{
          "{\"a\":12.50}\n",
          R"({"labels":{"job":"metrics"},"metadata":{},"entry_time_ns":"7","line":"{\"a\":12.50}"})"
          "\n"});
  CHECK(both("{ \"a\" :\n1 }").first == "{\"a\":1}\n");
  CHECK(both("plain\x1b[31m").first == "\"plain\\u001b[31m\"\n");
}

TEST_SUITE_END();
