#include "loki/query.hpp"

#include "base/version.hpp"

#include <doctest/doctest.h>

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

using namespace metrics_event;
using namespace std::chrono_literals;

namespace {

Endpoint endpoint_of(std::string_view url) {
  const auto endpoint = parse_endpoint(url);
  REQUIRE(endpoint.has_value());
  return *endpoint;
}

std::optional<QueryPlace> place_of(std::string_view push, const ExtraHeaders& headers = {},
                                   const char* given = nullptr) {
  std::optional<Endpoint> query_url;
  if (given != nullptr) {
    const auto parsed = parse_query_url(given);
    REQUIRE(parsed.has_value());
    query_url = *parsed;
  }
  return query_place(endpoint_of(push), headers, query_url);
}

std::string url_of(const std::optional<QueryPlace>& place) {
  return place ? place->endpoint.url() : "none";
}

// What a server makes of an encoded parameter.
std::string decoded(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    unsigned char byte = 0;
    if (text.front() == '%') {
      REQUIRE(text.size() >= 3);
      REQUIRE(std::from_chars(text.data() + 1, text.data() + 3, byte, 16).ptr == text.data() + 3);
      text.remove_prefix(3);
    } else {
      byte = static_cast<unsigned char>(text.front());
      CHECK(text.find_first_of("+ \"\\{}`#") != 0);
      text.remove_prefix(1);
    }
    plain += static_cast<char>(byte);
  }
  return plain;
}

// The decoded query that asks for a stream with these labels.
std::string query_for(QueryApi api, const Labels& labels) {
  const std::string parameters = query_parameters({.api = api}, labels, {});
  REQUIRE(parameters.starts_with("query="));
  return decoded(std::string_view{parameters}.substr(6, parameters.find('&') - 6));
}

const QueryPlace loki_place{
    .endpoint = {.host = "loki.example.com", .port = 80, .target = "/loki/api/v1/query_range"}};
const QueryPlace victoria_logs_place{
    .endpoint = {.host = "logs.example.com", .port = 9428, .target = "/select/logsql/query"},
    .api = QueryApi::victoria_logs};

Headers headers_of(const QueryPlace& place, const std::string& org_id) {
  return query_request({.endpoint = place.endpoint}, place, org_id, "query=x").headers;
}

// Headers behind those that every query has.
Headers usual_and(const Headers& more) {
  Headers all{{"User-Agent", "metrics-event/" + std::string{version}},
              {"Cache-Control", "no-cache"}};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

} // namespace

TEST_SUITE_BEGIN("query");

TEST_CASE("where to ask follows from the path of the push API, whatever stands before it") {
  struct Row {
    const char* push;
    const char* query;
  };
  constexpr Row rows[]{
      {"http://localhost:3100", "http://localhost:3100/loki/api/v1/query_range"},
      {"https://example.com/loki/api/v1/push", "https://example.com/loki/api/v1/query_range"},
      {"https://example.com:8443/a/b/loki/api/v1/push",
       "https://example.com:8443/a/b/loki/api/v1/query_range"},
      {"http://example.com/loki/api/v1/push?key=secret",
       "http://example.com/loki/api/v1/query_range"},
      {"http://[::1]:9428/insert/loki/api/v1/push", "http://[::1]:9428/select/logsql/query"},
      {"http://example.com/logs/insert/loki/api/v1/push",
       "http://example.com/logs/select/logsql/query"},
      {"http://example.com/push", "none"},
      {"http://example.com/loki/api/v1/push/", "none"},
      {"http://example.com/api/prom/push", "none"},
      {"http://example.com/other?next=/loki/api/v1/push", "none"},
      {"file:///var/log/loki/api/v1/push", "none"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.push);
    const auto place = place_of(row.push);
    CHECK(url_of(place) == row.query);
    if (place) {
      const bool is_victoria = place->endpoint.target.ends_with("/select/logsql/query");
      CHECK(place->api == (is_victoria ? QueryApi::victoria_logs : QueryApi::loki));
      CHECK_FALSE(place->may_add_labels);
      CHECK_FALSE(place->endpoint.credentials);
    }
  }
}

TEST_CASE("behind an agent a place is given, and labels may be added on the way") {
  constexpr auto agent = "http://localhost:3500/loki/api/v1/push";
  const auto agent_place = place_of(agent, {}, "http://loki.example.com:3100");
  REQUIRE(agent_place.has_value());
  CHECK(url_of(agent_place) == "http://loki.example.com:3100/loki/api/v1/query_range");
  CHECK(agent_place->api == QueryApi::loki);
  CHECK(agent_place->may_add_labels);

  const auto victoria =
      place_of("http://localhost:3500/push", {}, "http://example.com/select/logsql/query");
  REQUIRE(victoria.has_value());
  CHECK(url_of(victoria) == "http://example.com/select/logsql/query");
  CHECK(victoria->api == QueryApi::victoria_logs);
  CHECK(victoria->may_add_labels);

  // The place that would be derived is no agent's.
  CHECK_FALSE(place_of(agent, {}, "http://LOCALHOST:3500/loki/api/v1/query_range")->may_add_labels);
  CHECK(place_of(agent, {}, "http://localhost:3500/a/loki/api/v1/query_range")->may_add_labels);
  CHECK(place_of(agent, {}, "http://localhost:3100/loki/api/v1/query_range")->may_add_labels);
  CHECK(url_of(place_of("file:///var/log/x", {}, "http://example.com")) == "none");
}

TEST_CASE("of the options of VictoriaLogs those are known that do not change what is returned") {
  constexpr auto push = "http://example.com/insert/loki/api/v1/push";
  using Names = std::vector<std::string>;
  struct Row {
    const char* query; // of the URL
    ExtraHeaders headers;
    std::optional<Names> message_fields; // none: nobody can be asked
  };
  const Row rows[]{
      {"", {}, Names{"_msg"}},
      {"?_msg_field=message", {}, Names{"message"}},
      {"?_msg_field=message,event.text", {}, Names{"message", "event.text"}},
      {"?_stream_fields=job,host", {}, Names{"_msg"}},
      {"?_time_field=_time&_msg_field=a", {}, Names{"a"}},
      {"", {{"VL-Msg-Field", "message"}}, Names{"message"}},
      {"", {{"vl-stream-fields", "job"}, {"X-More", "100%"}}, Names{"_msg"}},
      {"?_msg_field=url", {{"VL-Msg-Field", "header"}}, Names{"url"}},
      {"?extra_fields=a=b", {}, std::nullopt},
      {"?ignore_fields=secret", {}, std::nullopt},
      {"?_stream_fields=job&decolorize_fields=a", {}, std::nullopt},
      {"?disable_message_parsing=1", {}, std::nullopt},
      {"", {{"VL-Extra-Fields", "a=b"}}, std::nullopt},
      {"", {{"VL-Ignore-Fields", "secret"}}, std::nullopt},
      {"?_msg_field=a%2Cb", {}, std::nullopt}, // encoded, which nobody needs
      {"?_msg_field=a+b", {}, std::nullopt},
  };
  for (const Row& row : rows) {
    CAPTURE(row.query);
    CAPTURE(row.headers.size());
    const auto place = place_of(std::string{push} + row.query, row.headers);
    CHECK(place.has_value() == row.message_fields.has_value());
    CHECK((place ? std::optional{place->message_fields} : std::nullopt) == row.message_fields);
  }
  // Loki has no such options.
  CHECK(place_of("http://example.com/loki/api/v1/push?ignore_fields=a", {{"VL-Extra-Fields", "a"}})
            .has_value());
}

TEST_CASE("a query URL is that of a query API, or a base URL of Loki") {
  struct Row {
    const char* url;
    const char* target; // null: a mismatch
  };
  constexpr Row rows[]{
      {"http://example.com", "/loki/api/v1/query_range"},
      {"https://example.com/", "/loki/api/v1/query_range"},
      {"https://example.com/a/loki/api/v1/query_range", "/a/loki/api/v1/query_range"},
      {"http://example.com/api/prom/query_range", "/api/prom/query_range"},
      {"http://example.com:9428/select/logsql/query", "/select/logsql/query"},
      {"http://example.com/a/select/logsql/query", "/a/select/logsql/query"},
      {"http://example.com/loki/api/v1/push", nullptr},
      {"http://example.com/loki/api/v1/query", nullptr},
      {"http://example.com/query_range/", nullptr},
      {"http://example.com/query_range?x=y", nullptr},
      {"http://example.com/?x=y", nullptr},
      {"http://example.com/push?next=/query_range", nullptr},
      {"http://example.com/?next=/select/logsql/query", nullptr},
      {"file:///var/query_range", nullptr},
      {"example.com/query_range", nullptr},
  };
  for (const Row& row : rows) {
    CAPTURE(row.url);
    const auto endpoint = parse_query_url(row.url);
    CHECK((endpoint ? endpoint->target : "") == (row.target == nullptr ? "" : row.target));
  }
  CHECK(parse_query_url("http://me:secret@example.com/push").error().text ==
        "expected a URL whose path ends in /query_range (Loki) or /select/logsql/query "
        "(VictoriaLogs), without a query");
  CHECK(parse_query_url("http://me:secret@example.com")->credentials->password.reveal() ==
        "secret");
}

TEST_CASE("Loki is asked forward, to the first time beyond the range; VictoriaLogs to its last") {
  const TimeRange range{Instant{1'700'000'000'000'000'001ns}, Instant{1'700'000'000'000'000'009ns}};
  CHECK(query_parameters(loki_place, {{"host", "a"}, {"job", "b"}}, range) ==
        "query=%7Bhost%3D%22a%22%2C%20job%3D%22b%22%7D&start=1700000000000000001"
        "&end=1700000000000000010&limit=5000&direction=forward");
  CHECK(query_parameters(victoria_logs_place, {{"host", "a"}, {"job", "b"}}, range) ==
        "query=%22host%22%3A%3D%22a%22%20%22job%22%3A%3D%22b%22&start=1700000000000000001"
        "&end=1700000000000000009&limit=5000");
}

TEST_CASE("no value of a label can be anything but that value in a query") {
  struct Row {
    const char* value;
    const char* quoted;
  };
  constexpr Row rows[]{
      {"plain", R"("plain")"},
      {R"(say "hi")", R"("say \"hi\"")"},
      {R"(C:\temp)", R"("C:\\temp")"},
      {R"(\")", R"("\\\"")"},
      {"two\nlines", R"("two\nlines")"},
      {"a\tb", R"("a\tb")"},
      {"`tick`", R"("`tick`")"},
      {"100%", R"("100%")"},
      {"%41", R"("%41")"},
      {"a+b&c=d#e", R"("a+b&c=d#e")"},
      {R"({x="y"})", R"("{x=\"y\"}")"},
      {"\x01", R"("\u0001")"},
      {"é", R"("é")"},
      {"\U0001F680", "\"\U0001F680\""},
  };
  for (const Row& row : rows) {
    CAPTURE(row.value);
    const std::string quoted{row.quoted};
    CHECK(query_for(QueryApi::loki, {{"job", row.value}}) == "{job=" + quoted + '}');
    CHECK(query_for(QueryApi::victoria_logs, {{"job", row.value}}) == "\"job\":=" + quoted);
  }
}

TEST_CASE("a query of up to 4 KiB is a GET request, a longer one a form") {
  Route route{.endpoint = loki_place.endpoint, .headers = {{"X-More", "1"}}};
  for (const QueryPlace& place : {loki_place, victoria_logs_place}) {
    route.endpoint = place.endpoint;
    const std::string fitting = "query=" + std::string(4090, 'x');
    const Request get = query_request(route, place, "", fitting);
    CHECK(get.method == "GET");
    CHECK(get.route.endpoint.target == place.endpoint.target + '?' + fitting);
    CHECK(get.body.empty());
    CHECK(get.headers.back() == std::pair<std::string, std::string>{"X-More", "1"});

    const std::string longer = fitting + 'x';
    const Request post = query_request(route, place, "", longer);
    CHECK(post.method == "POST");
    CHECK(post.route.endpoint.target == place.endpoint.target);
    CHECK(post.body == longer);
    CHECK(post.headers.back() ==
          std::pair<std::string, std::string>{"Content-Type", "application/x-www-form-urlencoded"});
    for (const Request& request : {get, post}) {
      CHECK(request.is_query);
      CHECK(request.keeps_connection);
    }
  }
}

TEST_CASE("a query names its tenant as each of the receivers wants it") {
  const Headers::value_type flag{"X-Loki-Response-Encoding-Flags", "categorize-labels"};
  CHECK(headers_of(loki_place, "") == usual_and({flag}));
  CHECK(headers_of(loki_place, "team-a") == usual_and({flag, {"X-Scope-OrgID", "team-a"}}));
  CHECK(headers_of(loki_place, "12:34") == usual_and({flag, {"X-Scope-OrgID", "12:34"}}));
  CHECK(headers_of(victoria_logs_place, "") == usual_and({}));
  CHECK(headers_of(victoria_logs_place, "12:34") ==
        usual_and({{"AccountID", "12"}, {"ProjectID", "34"}}));
  CHECK(headers_of(victoria_logs_place, "12") == usual_and({{"AccountID", "12"}}));
}

TEST_CASE("VictoriaLogs returns an entry late, Loki an old one much later") {
  const Instant present{1'700'000'000s};
  CHECK(loki_place.blind_time() == 0s);
  CHECK(loki_place.returns(present, present));
  CHECK(loki_place.returns(present + 5min, present));
  CHECK(loki_place.returns(present - 150min, present));
  CHECK_FALSE(loki_place.returns(present - 150min - 1ns, present));
  CHECK(victoria_logs_place.blind_time() == 5s);
  CHECK(victoria_logs_place.returns(present - 24h, present));
}

TEST_SUITE_END();
