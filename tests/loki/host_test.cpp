#include "loki/host.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;

TEST_SUITE_BEGIN("host");

TEST_CASE("address literals are told from names") {
  CHECK(address_bytes("192.0.2.1") == std::vector<std::uint8_t>{192, 0, 2, 1});
  CHECK(address_bytes("2001:db8::1").size() == 16);
  for (const char* name : {"", "example.com", "192.0.2", "192.0.2.256", "[::1]", "1::2::3"}) {
    CAPTURE(name);
    CHECK(address_bytes(name).empty());
  }
  CHECK(bracketed("::1") == "[::1]");
  CHECK(bracketed("example.com") == "example.com");
}

TEST_CASE("this machine is known by its names and addresses") {
  for (const char* host : {"localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9",
                           "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"}) {
    CAPTURE(host);
    CHECK(is_loopback(host));
  }
  for (const char* host : {"", "example.com", "notlocalhost", "localhost.example.com", "128.0.0.1",
                           "::2", "0.0.0.0", "::ffff:128.0.0.1", "127.0.0.1.example.com"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback(host));
  }
}

TEST_CASE("a no_proxy list has what curl's rules say") {
  struct Row {
    const char* list;
    const char* host;
    bool is_listed;
  };
  constexpr Row rows[]{
      {"", "example.com", false},
      {"*", "example.com", true},
      {"a.test,*", "example.com", true},
      {"example.com", "example.com", true},
      {"EXAMPLE.com", "www.Example.COM", true},
      {".example.com", "example.com", true},
      {".example.com", "www.example.com", true},
      {"example.com", "notexample.com", false},
      {"example.com", "example.com.", true},
      {"example.com.", "example.com", true},
      {"www.example.com", "example.com", false},
      {"a.test, example.com", "example.com", true},
      {"a.test example.com\tb.test", "example.com", true},
      {"a.test\nexample.com\nb.test", "example.com", true},
      {"a.test,example.com\r", "example.com", true},
      {"a.test\rexample.com\r\nb.test", "example.com", true},
      {"*.example.com", "www.example.com", true},
      {"*.example.com", "example.com", true},
      {"*.example.com:3100", "www.example.com", true},
      {"*.example.com", "notexample.com", false},
      {"*example.com", "www.example.com", false},
      {"*.", "example.com", false},
      {"example.com:3100", "example.com", true},
      {"example.com:3101", "example.com", false},
      {"example.com:", "example.com", false},
      {"example.com:x", "example.com", false},
      {"192.0.2.1", "192.0.2.1", true},
      {"192.0.2.1:3100", "192.0.2.1", true},
      {"192.0.2.0/24", "192.0.2.77", true},
      {"192.0.2.0/24", "192.0.3.77", false},
      {"192.0.2.64/26", "192.0.2.63", false},
      {"192.0.2.64/26", "192.0.2.64", true},
      {"0.0.0.0/0", "192.0.2.1", true},
      {"192.0.2.0/33", "192.0.2.0", false},
      {"192.0.2.0/x", "192.0.2.0", false},
      {"192.0.2.0/24", "2001:db8::1", false},
      {"192.0.2.0/24", "example.com", false},
      {"2001:db8::/32", "2001:db8:1::1", true},
      {"2001:db8::/32", "2001:db9::1", false},
      {"2001:DB8:0::1", "2001:db8::1", true},
      {"[2001:db8::1]:3100", "2001:db8::1", true},
      {"[2001:db8::1]:3101", "2001:db8::1", false},
      {"2.1", "192.0.2.1", false},
      {",, ,", "example.com", false},
      {".", "example.com", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.list);
    CAPTURE(row.host);
    CHECK(is_listed(row.list, row.host, 3100) == row.is_listed);
  }
}

TEST_CASE("the first wildcard of a list is found, a lone star is none") {
  CHECK(first_wildcard("a.test, *.b.test\n*.c.test") == "*.b.test");
  CHECK(first_wildcard("a.test,*,x*.b.test").empty());
  CHECK(first_wildcard("").empty());
}

TEST_SUITE_END();
