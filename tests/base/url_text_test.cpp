#include "base/url_text.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

#include <string_view>
#include <utility>

using namespace metrics_event;

TEST_SUITE_BEGIN("url text");

TEST_CASE("of a URL, neither credentials nor what follows the path are shown") {
  const std::pair<const char*, const char*> urls[]{
      {"http://example.com/push", "http://example.com/push"},
      {"http://user:pass@example.com/push", "http://…@example.com/push"},
      {"http://user:pa/s@s@example.com", "http://…@example.com"},
      {"http://user:pass", "http://user:…"},
      {"http://example.com:3100/x", "http://example.com:3100/x"},
      {"http://[::1]:3100", "http://[::1]:3100"},
      {"https:/user:pass@example.com", "…@example.com"},
      {"user:pass@example.com:3100", "…@example.com:3100"},
      {"http://example.com?a=b&c=d=e&f", "http://example.com?a=…&c=…&=…"},
      {"http://example.com/?token", "http://example.com/?=…"},
      {"http://example.com/?&&", "http://example.com/?&&"},
      {"http://example.com/#access_token=x&y", "http://example.com/#access_token=…&=…"},
      {"http://example.com/?a=b#c", "http://example.com/?a=…"},
  };
  for (const auto& [url, shown] : urls) {
    const std::string_view given = url;
    CAPTURE(given);
    CHECK(redacted_url(url) == shown);
    CHECK(redacted_url(shown) == shown);
  }
}

TEST_CASE("a quoted value shows no credentials of a URL, wherever it stands") {
  CHECK(quote("https://user:pass@example.com") == R"("https://…@example.com")");
  CHECK(quote("see https://user:pass@example.com") == R"("see https://…@example.com")");
  CHECK(quote("user:pass@example.com") == R"("…@example.com")");
  CHECK(quote("--url=https://user:pass@example.com") == R"("--url=https://…@example.com")");
  CHECK(quote("bob@example.com") == R"("bob@example.com")");
  CHECK(quote("/run/a:b@c") == R"("/run/a:b@c")");
  CHECK(quote("12:30") == R"("12:30")");
}

TEST_CASE("what is not unreserved is percent-encoded") {
  CHECK(percent_encoded("Az09-_.~") == "Az09-_.~");
  CHECK(percent_encoded(" +/\u00e4\n") == "%20%2B%2F%C3%A4%0A");
}

TEST_SUITE_END();
