#include "commands/check_findings.hpp"

#include "base/http_date.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace metrics_event;
using namespace std::chrono;
using Result = Finding::Result;
using Words = std::vector<std::string>;

namespace {

constexpr Instant noon = sys_days{2026y / November / 22} + 12h;

Finding clock_when_ahead(seconds ahead) {
  return compare_clocks({.status = 204, .date = http_date(floor<seconds>(noon) - ahead)}, noon);
}

// What was found, a line each.
Words lines(const std::vector<Finding>& findings) {
  const std::string_view names[]{"ok", "warning", "failed", "note"};
  Words lines;
  for (const Finding& finding : findings) {
    lines.push_back(std::string{names[static_cast<int>(finding.result)]} + ' ' +
                    std::string{finding.subject} + ": " + finding.text);
  }
  return lines;
}

Words ready(const std::vector<Reply>& replies) {
  const Words targets{"/a/ready", "/ready"};
  return lines({finding_of_readiness(targets, replies)});
}

} // namespace

TEST_SUITE_BEGIN("diagnosis");

TEST_CASE("clocks are compared, with a warning from five minutes on and Loki's limits") {
  struct Row {
    seconds ahead;
    Result result;
    const char* text;
  };
  constexpr Row rows[]{
      {0s, Result::ok, "the same as the receiver's"},
      {2s, Result::ok, "the same as the receiver's"},
      {-2s, Result::ok, "the same as the receiver's"},
      {3s, Result::ok, "this machine is 3 s ahead of the receiver"},
      {-200s, Result::ok, "this machine is 3 min 20 s behind the receiver"},
      {299s, Result::ok, "this machine is 4 min 59 s ahead of the receiver"},
      {300s, Result::warning, "this machine is 5 min ahead of the receiver; set the clock"},
      {-300s, Result::warning, "this machine is 5 min behind the receiver; set the clock"},
      {600s, Result::warning, "this machine is 10 min ahead of the receiver; set the clock"},
      {601s, Result::failed,
       "this machine is 10 min 1 s ahead of the receiver, and Loki refuses entries more than 10 "
       "min "
       "ahead; set the clock"},
      {-3601s, Result::warning, "this machine is 1 h 1 s behind the receiver; set the clock"},
      {-days{7}, Result::warning, "this machine is 7 days behind the receiver; set the clock"},
      {-days{7} - 90min, Result::failed,
       "this machine is 7 days 1 h behind the receiver, and Loki refuses entries more than 7 days "
       "old; set the clock"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    const Finding finding = clock_when_ahead(row.ahead);
    CHECK(finding.result == row.result);
    CHECK(finding.text == row.text);
  }
  CHECK(compare_clocks({.status = 204}, noon).result == Result::note);
}

TEST_CASE("readiness is asked for where the receivers have it") {
  const auto targets = [](const char* url) { return ready_targets(*parse_endpoint(url)); };
  CHECK(targets("http://example.com") == Words{"/ready", "/loki/ready", "/-/ready"});
  CHECK(targets("http://example.com/insert/loki/api/v1/push?a=b") ==
        Words{"/insert/ready", "/insert/loki/ready", "/ready", "/-/ready"});
  CHECK(targets("http://example.com/api/v1/push") == Words{"/ready", "/-/ready"});
  CHECK(targets("http://example.com/other") == Words{"/ready", "/-/ready"});
}

TEST_CASE("the first path that knows says whether the receiver is ready, and none is no failure") {
  CHECK(ready({{.status = 200}}) == Words{"ok ready: GET /a/ready answered 200"});
  CHECK(ready({{.status = 404}, {.status = 204}}) == Words{"ok ready: GET /ready answered 204"});
  CHECK(ready({{.status = 404}, {.status = 503, .body = "Ingester not ready: 15s\n"}}) ==
        Words{"warning ready: GET /ready answered 503, \"Ingester not ready: 15s\""});
  CHECK(ready({{.status = 404}, {.status = 401}}) ==
        Words{"note ready: unknown, GET /a/ready answered 404 and /ready answered 401"});
  CHECK(ready({{.trouble = Trouble::timed_out, .detail = "no answer in time"}}) ==
        Words{"note ready: unknown, GET /a/ready: no answer in time"});
}

TEST_CASE("the way is described as far as it was gone") {
  const Route direct{.endpoint = *parse_endpoint("https://loki.example.com")};
  Route proxied = direct;
  proxied.proxy = *parse_proxy("user:secret@proxy.example.com:3128");
  Trace trace{.addresses = {"192.0.2.1", "192.0.2.2"}};
  CHECK(lines(findings_of_trace(direct, {.trouble = Trouble::unknown_host, .detail = "unknown"},
                                noon)) == Words{"failed lookup: unknown"});
  CHECK(lines(findings_of_trace(
            proxied, {.trouble = Trouble::no_connection, .detail = "refused", .trace = trace},
            noon)) == Words{"note proxy: http://proxy.example.com:3128",
                            "ok lookup: 192.0.2.1 and 192.0.2.2, of the proxy",
                            "failed connection: refused"});
  trace.peer = "192.0.2.1:443";
  CHECK(lines(findings_of_trace(
            direct, {.trouble = Trouble::tls_failed, .detail = "expired", .trace = trace}, noon)) ==
        Words{"ok lookup: 192.0.2.1 and 192.0.2.2", "ok connection: 192.0.2.1:443",
              "failed tls: expired"});
  trace.tls_version = "TLSv1.3";
  const auto with_certificate = [&](sys_seconds expires) {
    trace.certificate = Certificate{"loki.example.com", "An Authority", expires};
    return lines(findings_of_trace(direct, {.status = 204, .trace = trace}, noon)).back();
  };
  const std::string facts = "certificate: of loki.example.com, issued by An Authority, expires on ";
  CHECK(with_certificate(sys_days{2027y / January / 1}) == "ok " + facts + "2027-01-01");
  CHECK(with_certificate(sys_days{2026y / November / 25}) ==
        "warning " + facts + "2026-11-25, in 2 days 12 h");
  CHECK(with_certificate(sys_days{2026y / November / 21}) ==
        "warning certificate: of loki.example.com, issued by An Authority, expired on 2026-11-21");
}

TEST_SUITE_END();
