#include "endpoint.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

namespace {

std::string complaint(std::string_view url) {
  const auto endpoint = parse_endpoint(url);
  return endpoint ? "no complaint" : endpoint.error().text;
}

} // namespace

TEST_SUITE_BEGIN("endpoint");

TEST_CASE("a base URL gets the push path, a full one stays as it is") {
  const std::pair<const char*, const char*> urls[]{
      {"http://loki.example.com", "http://loki.example.com/loki/api/v1/push"},
      {"http://loki.example.com/", "http://loki.example.com/loki/api/v1/push"},
      {"http://loki.example.com:3100", "http://loki.example.com:3100/loki/api/v1/push"},
      {"http://loki.example.com:80/", "http://loki.example.com/loki/api/v1/push"},
      {"http://loki.example.com:/", "http://loki.example.com/loki/api/v1/push"},
      {"HTTP://loki.example.com/x", "http://loki.example.com/x"},
      {"http://loki.example.com/insert/loki/api/v1/push",
       "http://loki.example.com/insert/loki/api/v1/push"},
      {"http://loki.example.com?a=b", "http://loki.example.com/loki/api/v1/push?a=…"},
      {"http://loki.example.com/?a=b", "http://loki.example.com/loki/api/v1/push?a=…"},
      {"http://loki.example.com//", "http://loki.example.com/loki/api/v1/push"},
      {"http://loki.example.com/x%20y", "http://loki.example.com/x%20y"},
      {"http://127.0.0.1:3100", "http://127.0.0.1:3100/loki/api/v1/push"},
      {"http://[::1]:3100", "http://[::1]:3100/loki/api/v1/push"},
  };
  for (const auto& row : urls) {
    CAPTURE(row.first);
    REQUIRE(complaint(row.first) == "no complaint");
    CHECK(parse_endpoint(row.first)->url() == row.second);
  }
}

TEST_CASE("an endpoint has what a connection and a Host header need") {
  const Endpoint endpoint = *parse_endpoint("http://[::1]:3100/x?y");
  CHECK(endpoint.host == "::1");
  CHECK(endpoint.port == 3100);
  CHECK(endpoint.target == "/x?y");
  CHECK(endpoint.authority() == "[::1]:3100");
  CHECK(parse_endpoint("http://example.com")->authority() == "example.com");
}

TEST_CASE("the query is sent as it is, and its values are shown nowhere") {
  const Endpoint endpoint =
      *parse_endpoint("http://example.com/x?token=secret=s&flag&_msg_field=event");
  CHECK(endpoint.target == "/x?token=secret=s&flag&_msg_field=event");
  CHECK(endpoint.url() == "http://example.com/x?token=…&flag&_msg_field=…");
}

TEST_CASE("a URL that cannot be used is refused with its remedy") {
  const std::pair<const char*, const char*> urls[]{
      {"loki:3100", R"(expected a URL that starts with http://, got "loki:3100")"},
      {"localhost", R"(expected a URL that starts with http://, got "localhost")"},
      {"", R"(expected a URL that starts with http://, got "")"},
      {"loki:3100/loki/api/v1/push",
       R"(expected a URL that starts with http://, got "loki:3100/loki/api/v1/push")"},
      {"ftp://x", R"(expected an http URL, got "ftp://x")"},
      {"file:///var/log/x", R"(expected an http URL, got "file:///var/log/x")"},
      {"https://x", R"(expected an http URL; https is not supported yet, got "https://x")"},
      {"http://", R"(expected a URL such as http://localhost:3100, got "http://")"},
      {"http:///path", R"(expected a URL such as http://localhost:3100, got "http:///path")"},
      {"http://a b/", R"(expected a URL such as http://localhost:3100, got "http://a b/")"},
      {"http://x:0/", R"(expected a port from 1 to 65535, got "http://x:0/")"},
      {"http://x:65536/", R"(expected a port from 1 to 65535, got "http://x:65536/")"},
      {"http://x:65537/", R"(expected a port from 1 to 65535, got "http://x:65537/")"},
      {"http://x:99999/", R"(expected a port from 1 to 65535, got "http://x:99999/")"},
      {"http://x:port/", R"(expected a URL such as http://localhost:3100, got "http://x:port/")"},
      {"http://x/#y", R"(expected a URL without a fragment, got "http://x/#y")"},
      {"http://x/\r\nInjected: y",
       R"(expected a URL such as http://localhost:3100, got "http://x/\x0d\nInjected: y")"},
  };
  for (const auto& row : urls) {
    CAPTURE(row.first);
    CHECK(complaint(row.first) == row.second);
  }
}

TEST_CASE("a URL has a length that fits a line") {
  CHECK(complaint("http://example.com/" + std::string(2029, 'x')) == "no complaint");
  CHECK(complaint("http://example.com/" + std::string(2030, 'x'))
            .starts_with("expected a URL of at most 2048 bytes, got \"http://example.com/xxx"));
}

TEST_CASE("a password in a URL is never shown") {
  for (const char* url : {"http://user:secret@example.com/", "http://user:secret/more@example.com/",
                          "ftp://user:secret@example.com/", "https://user:secret@example.com/",
                          "user:secret@example.com", "http://user:sec ret@example.com"}) {
    CAPTURE(url);
    const std::string text = complaint(url);
    CHECK(text != "no complaint");
    CHECK(text.find("sec") == std::string::npos);
  }
}

TEST_SUITE_END();
