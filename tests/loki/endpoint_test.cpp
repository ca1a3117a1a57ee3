#include "loki/endpoint.hpp"

#include "support/complaint.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using testing::complaint;

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
    REQUIRE(complaint(parse_endpoint(row.first)) == "no complaint");
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

TEST_CASE("an IPv6 address may have a zone, which only this machine is told") {
  for (const char* url : {"http://[fe80::1%25eth0]:3100", "http://[fe80::1%eth0]:3100",
                          "http://user:pa%5Dss@[fe80::1%25eth0]:3100/loki/api/v1/push"}) {
    CAPTURE(url);
    REQUIRE(complaint(parse_endpoint(url)) == "no complaint");
    const Endpoint endpoint = *parse_endpoint(url);
    CHECK(endpoint.host == "fe80::1");
    CHECK(endpoint.zone == "eth0");
    CHECK(endpoint.host_in_zone() == "fe80::1%eth0");
    CHECK(endpoint.authority() == "[fe80::1]:3100");
    CHECK(endpoint.url() == "http://[fe80::1%25eth0]:3100/loki/api/v1/push");
    CHECK(parse_endpoint(endpoint.kept_url())->has_origin_of(endpoint));
    CHECK_FALSE(parse_endpoint("http://[fe80::1%25eth1]:3100")->has_origin_of(endpoint));
    CHECK_FALSE(parse_endpoint("http://[fe80::1]:3100")->has_origin_of(endpoint));
  }
  const std::pair<const char*, const char*> zones[]{
      {"25", "25"}, {"2525", "25"}, {"255", "5"}, {"2", "2"}, {"wg-home.7", "wg-home.7"}};
  for (const auto& row : zones) {
    CAPTURE(row.first);
    const auto endpoint = parse_endpoint("http://[fe80::1%" + std::string{row.first} + ']');
    REQUIRE(endpoint.has_value());
    CHECK(endpoint->zone == row.second);
    CHECK(parse_endpoint(endpoint->kept_url())->zone == row.second);
  }
  CHECK(parse_proxy("[fe80::1%eth0]:3128")->zone == "eth0");
  CHECK(parse_proxy("http://u:p@[fe80::1%25eth0]")->host_in_zone() == "fe80::1%eth0");
  CHECK(goes_direct(*parse_endpoint("http://[::1%25lo]"), ""));
  CHECK(parse_endpoint("http://example.com")->host_in_zone() == "example.com");
}

TEST_CASE("a zone that no interface can have, or of another address, is refused") {
  for (const std::string zone :
       {"", "%25", "a/b", "a b", "eth0%20", "sixteen-letters-", "et\x01h"}) {
    CAPTURE(zone);
    CHECK(complaint(parse_endpoint("http://[fe80::1%" + zone + "]")) != "no complaint");
  }
  CHECK(complaint(parse_endpoint("http://[fe80::1%sixteen-letters-]")) ==
        "expected an IPv6 address and the name of an interface, as in http://[fe80::1%25eth0]");
  CHECK(complaint(parse_endpoint("http://[v1.x%25eth0]")) != "no complaint");
  CHECK(complaint(parse_endpoint("http://[127.0.0.1%25eth0]")) != "no complaint");
  CHECK(complaint(parse_endpoint("http://127.0.0.1%25eth0")) != "no complaint");
}

TEST_CASE("the query is sent as it is, and its values are shown nowhere") {
  const Endpoint endpoint =
      *parse_endpoint("http://example.com/x?token=secret=s&flag&_msg_field=event");
  CHECK(endpoint.target == "/x?token=secret=s&flag&_msg_field=event");
  CHECK(endpoint.kept_url() == "http://example.com/x?token=&=&_msg_field=");
  CHECK(endpoint.url() == "http://example.com/x?token=…&=…&_msg_field=…");
}

TEST_CASE("a URL that cannot be used is refused with its remedy") {
  const std::pair<const char*, const char*> urls[]{
      {"loki", "expected a URL that starts with http:// or https://"},
      {"", "expected a URL that starts with http:// or https://"},
      {"ftp://x", "expected an http, https or file URL"},
      {"http://", "expected a URL such as http://localhost:3100"},
      {"http:///path", "expected a URL such as http://localhost:3100"},
      {"https://../", "expected a URL such as http://localhost:3100"},
      {"http://user:12/ab@example.com",
       "expected a URL without an @ after its host; in a password, / is written as %2F, ? as "
       "%3F, # as %23 and @ as %40"},
      {"http://x:0/", "expected a port from 1 to 65535"},
      {"http://x:65536/", "expected a port from 1 to 65535"},
      {"http://x:65537/", "expected a port from 1 to 65535"},
      {"http://x:99999/", "expected a port from 1 to 65535"},
      {"http://x:port/", "expected a URL such as http://localhost:3100"},
      {"http://x/#y", "expected a URL without a fragment"},
  };
  for (const auto& row : urls) {
    CAPTURE(row.first);
    CHECK(complaint(parse_endpoint(row.first)) == row.second);
  }
}

TEST_CASE("the character that spoils a URL is named, and nothing else of it is shown") {
  const std::pair<const char*, const char*> urls[]{
      {"http://u:secret@h:3100\r", "ends with a carriage return; remove it"},
      {"http://u:secret@h:3100 ", "ends with a space; remove it"},
      {"http://u:secret@h:3100;", "ends with a semicolon; remove it"},
      {"http://h:3100/push\n", "ends with a newline; remove it"},
      {" http://h:3100", "begins with a space; remove it"},
      {"http://a b/", "contains a space; write it as %20"},
      {"file:///a b", "contains a space; write it as %20"},
      {"http://x/\r\nInjected: y", "contains a carriage return; remove it"},
      {"http://user:p^ss@example.com", "contains the character \"^\"; write it as %5E"},
      {"http://user:100%@example.com", "contains the character \"%\"; write it as %25"},
      {"http://h/\u202e", "contains the character \"\\xe2\\x80\\xae\"; remove it"},
  };
  for (const auto& row : urls) {
    CAPTURE(row.first);
    CHECK(complaint(parse_endpoint(row.first)) ==
          std::string{"expected a URL such as http://localhost:3100, got one that "} + row.second);
  }
  CHECK(complaint(parse_endpoint("\"http://u:secret@h:3100\"")) ==
        "expected a URL such as http://localhost:3100, got one in quotes; remove them");
}

TEST_CASE("a host without a scheme gets one, unless it may be a secret") {
  const auto suggested = [](const std::string& url) {
    const std::string text = complaint(parse_endpoint(url));
    const std::size_t begin = text.find('"');
    return begin == std::string::npos ? "" : text.substr(begin);
  };
  CHECK(complaint(parse_endpoint("localhost:3100")) ==
        "expected a URL that starts with http:// or https://, did you mean "
        "\"http://localhost:3100\"?");
  CHECK(suggested("loki:3100/loki/api/v1/push") == "\"http://loki:3100/loki/api/v1/push\"?");
  CHECK(suggested("localhost") == "\"http://localhost\"?");
  CHECK(suggested("logs-prod-012.grafana.net") == "\"https://logs-prod-012.grafana.net\"?");
  CHECK(suggested("10.0.0.1") == "\"http://10.0.0.1\"?");
  for (const char* const text : {"hunter2", "user:secret", "user:70000", "eyJhbG.eyJzdW.c2ln",
                                 "user:secret@loki.example.com", "loki.example.com?key=secret"}) {
    CAPTURE(text);
    CHECK(suggested(text).empty());
  }
}

TEST_CASE("a URL has a length that fits a line") {
  CHECK(complaint(parse_endpoint("http://example.com/" + std::string(2029, 'x'))) ==
        "no complaint");
  CHECK(complaint(parse_endpoint("http://example.com/" + std::string(2030, 'x'))) ==
        "expected a URL of at most 2048 bytes");
  CHECK(complaint(parse_endpoint("http://example.com?" + std::string(2011, 'x') + '=')) ==
        "no complaint");
  CHECK(complaint(parse_endpoint("http://example.com?" + std::string(2012, 'x') +
                                 '=')) == // with the path of a push
        "expected a URL of at most 2048 bytes");
}

TEST_CASE("https has a port of its own") {
  const Endpoint endpoint = *parse_endpoint("https://loki.example.com");
  CHECK(endpoint.scheme == Scheme::https);
  CHECK(endpoint.port == 443);
  CHECK(endpoint.url() == "https://loki.example.com/loki/api/v1/push");
  CHECK(parse_endpoint("https://loki.example.com:80")->url() ==
        "https://loki.example.com:80/loki/api/v1/push");
}

TEST_CASE("credentials are taken out of the URL, decoded") {
  const Endpoint endpoint = *parse_endpoint("https://a%40b:p%3Ass@example.com/x");
  REQUIRE(endpoint.credentials);
  CHECK(endpoint.credentials->username == "a@b");
  CHECK(endpoint.credentials->password.reveal() == "p:ss");
  CHECK(endpoint.url() == "https://example.com/x");
  CHECK(endpoint.authority() == "example.com");
}

TEST_CASE("a password in a URL that is refused is never shown") {
  for (const char* url :
       {"http://user:secret/more@example.com/", "ftp://user:secret@example.com/",
        "user:secret@example.com", "http://user:sec ret@example.com", "http://:secret@example.com",
        "http://user:sec%0aret@example.com", "http://a%3ab:secret@example.com",
        "https://user:secret@example.com:0", "http://user:secret@example.com#x",
        "http://example.com/?token=secret#x", "user:sec//ret@host", "user:secret://x@host",
        "http://user:secret", "user:secret%40host:3128"}) {
    CAPTURE(url);
    const std::string text = complaint(parse_endpoint(url));
    CHECK(text != "no complaint");
    CHECK(text.find("sec") == std::string::npos);
  }
  CHECK(complaint(parse_endpoint("http://user@example.com")) ==
        "expected a URL with a password after the user name");
}

TEST_CASE("a file URL names an absolute path") {
  const std::pair<const char*, const char*> urls[]{
      {"file:///var/log/metrics.log", "/var/log/metrics.log"},
      {"file:/var/log/metrics.log", "/var/log/metrics.log"},
      {"file://localhost/var/log/metrics.log", "/var/log/metrics.log"},
      {"FILE:///with%20space", "/with space"},
  };
  for (const auto& row : urls) {
    CAPTURE(row.first);
    REQUIRE(complaint(parse_endpoint(row.first)) == "no complaint");
    const Endpoint endpoint = *parse_endpoint(row.first);
    CHECK(endpoint.scheme == Scheme::file);
    CHECK(endpoint.target == row.second);
  }
  CHECK(parse_endpoint("file:///x")->url() == "file:///x");
  for (const char* url :
       {"file:", "file://", "file:relative", "file://host/x", "file:///x?y", "file:///x#y",
        "file:///x%00", "file:///x%0a", "file:///x%ff", "file:///x%c2%9b31m"}) {
    CAPTURE(url);
    CHECK(complaint(parse_endpoint(url)) ==
          "expected a file URL such as file:///var/log/metrics.log");
  }
}

TEST_CASE("a proxy is a URL or a host, with curl's port unless it is given") {
  const std::pair<const char*, const char*> proxies[]{
      {"proxy.example.com", "http://proxy.example.com:1080"},
      {"proxy.example.com:3128", "http://proxy.example.com:3128"},
      {"http://proxy.example.com/path", "http://proxy.example.com:1080"},
      {"user@proxy.example.com", "http://proxy.example.com:1080"},
      {"http://user:pass@proxy.example.com:80", "http://proxy.example.com"},
      {"user:pass@[::1]:3128", "http://[::1]:3128"},
      {"127.0.0.1:8888", "http://127.0.0.1:8888"},
  };
  for (const auto& row : proxies) {
    CAPTURE(row.first);
    REQUIRE(parse_proxy(row.first).has_value());
    CHECK(parse_proxy(row.first)->url() == row.second);
  }
  CHECK(parse_proxy("user:pass@[::1]:3128")->credentials->username == "user");
  CHECK(parse_proxy("host:words").error().text ==
        "expected an http proxy such as http://proxy.example.com:3128 (--no-proxy '*' goes "
        "without)");
  for (const char* text : {"", "socks5://x", "https://x", "x:0", "http://"}) {
    CAPTURE(text);
    CHECK(parse_proxy(text).has_error());
  }
  for (const char* text : {"socks5://user:secret@x", "user:se/cret@x", "user:se^cret@x"}) {
    CAPTURE(text);
    CHECK(parse_proxy(text).error().text.find("cret") == std::string::npos);
  }
}

TEST_SUITE_END();
