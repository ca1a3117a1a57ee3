#include "loki/header.hpp"

#include "support/complaint.hpp"

#include <doctest/doctest.h>

using namespace metrics_event;
using testing::complaint;

namespace {

using Header = std::pair<std::string, std::string>;

} // namespace

TEST_SUITE_BEGIN("header");

TEST_CASE("a header is a name and a value, split at the first colon") {
  CHECK(*parse_header("VL-Msg-Field: event") == Header{"VL-Msg-Field", "event"});
  CHECK(*parse_header("X-Time:12:30") == Header{"X-Time", "12:30"});
  CHECK(*parse_header("X-Empty:") == Header{"X-Empty", ""});
  CHECK(*parse_header("X:  \t padded \t ") == Header{"X", "padded"});
}

TEST_CASE("a header that could break the request apart is refused, its value unseen") {
  CHECK(complaint(parse_header("novalue")) == "expected NAME: VALUE, got no colon");
  for (const char* text : {": secret", "X Y: secret", "X\r\nY: secret", "a secret/key: x"}) {
    CAPTURE(text);
    CHECK(complaint(parse_header(text)) ==
          "expected NAME: VALUE, got characters that the name of a header cannot have");
  }
  for (const char* value : {"a\r\nInjected: secret", "a\nb", "a\x01", "\x7f", "é"}) {
    CAPTURE(value);
    CHECK(complaint(parse_header("X: " + std::string{value})) ==
          "expected a header value in printable ASCII");
  }
}

TEST_CASE("what the push decides about cannot be given") {
  for (const char* name : {"Host", "content-type", "CONTENT-LENGTH", "Content-Encoding",
                           "Transfer-Encoding", "Connection", "Expect", "User-Agent"}) {
    CAPTURE(name);
    CHECK(complaint(parse_header(std::string{name} + ": x")) ==
          "expected a header that metrics-event does not set itself, got \"" + std::string{name} +
              '"');
  }
  CHECK(
      complaint(parse_header("X-Scope-OrgID: x")) ==
      "expected a header other than that of the tenant, which org-id sets, got \"X-Scope-OrgID\"");
  CHECK(complaint(parse_header("Authorization: Bearer secret")) ==
        "expected a header without credentials, got \"Authorization\"");
}

TEST_SUITE_END();
