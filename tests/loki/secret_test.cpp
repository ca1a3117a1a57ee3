#include "loki/secret.hpp"

#include "base/base64.hpp"
#include "base/url_text.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace metrics_event;

namespace {

std::string without(const std::string& text, const std::vector<std::string>& secrets) {
  std::vector<Secret> all;
  for (const std::string& secret : secrets) {
    all.emplace_back(secret);
  }
  return without_secrets(text, all);
}

} // namespace

TEST_SUITE_BEGIN("secret");

TEST_CASE("every occurrence of a secret is replaced, and nothing else") {
  CHECK(without("", {"secret"}).empty());
  CHECK(without("no \xff\x01 such thing", {"secret"}) == "no \xff\x01 such thing");
  CHECK(without("secret", {"secret"}) == "…");
  CHECK(without("a secret, a secret", {"secret"}) == "a …, a …");
  CHECK(without("secretsecret", {"secret"}) == "…");
  CHECK(without("<secret>", {"other", "secret"}) == "<…>");
  CHECK(without("secre t", {}) == "secre t");
}

TEST_CASE("of secrets that overlap, all bytes are replaced, whatever their order") {
  const std::vector<std::string> one{"prod", "prod-9f8e7d"};
  const std::vector<std::string> other{"prod-9f8e7d", "prod"};
  for (const auto& secrets : {one, other}) {
    CHECK(without("X: prod-9f8e7d, prod", secrets) == "X: …, …");
  }
  CHECK(without("abcdefgh.", {"abcdef", "defgh"}) == "….");
  CHECK(without("aaaaaaa.", {"aaaaa"}) == "….");
}

TEST_CASE("fewer than four bytes are left in place") {
  CHECK(without("one of abc", {"abc", "", "\\\\\\\\\\"}) == "one of abc");
  CHECK(without("one of abcd", {"abcd"}) == "one of …");
}

TEST_CASE("a secret is recognised in every form that an answer may give it") {
  const std::string secret = "ab\"cd\\ef/gh\u00e4\U0001F511 +%41<&>'";
  for (const std::string& text :
       {std::string{R"(ab"cd\ef/ghä🔑 +%41<&>')"},   // as it is
        std::string{R"(ab\"cd\\ef/ghä🔑 +%41<&>')"}, // JSON
        std::string{R"(ab\"cd\\ef\/gh\u00e4\ud83d\udd11 +%41\u003c\u0026\u003E')"},
        std::string{R"(ab\\\"cd\\\\ef/gh\\u00e4🔑 +%41<&>')"},        // JSON in JSON
        std::string{R"(ab\x22cd\x5Cef/ghä🔑 +%41<&>')"},              // nginx in its log
        std::string{R"(ab&quot;cd\ef/ghä🔑 +%41&lt;&amp;&gt;&#39;)"}, // HTML
        percent_encoded(secret), percent_encoded(percent_encoded(secret)),
        std::string{"ab%22cd%5cef/gh%c3%a4%f0%9f%94%91+%2b%2541<&>'"}, // a form
        std::string{"ab\"c\x01\x1b\xff d\\ef/\r\ngh\u00e4\U0001F511 +%4\u009b1<\u202e&>'"}}) {
    CAPTURE(text);
    CHECK(without("[" + text + "]", {secret}) == "[…]");
  }
}

TEST_CASE("a secret is recognised in Base64, wherever it begins in what is encoded") {
  const std::string secret = "t\u00f6ken~?>~?>";
  for (const std::string before : {"", "x", "xy", "xyz"}) {
    for (const std::string after : {"", "x", "xy"}) {
      std::string encoded = base64(before + secret + after);
      CAPTURE(encoded);
      const std::string left = without(encoded, {secret});
      CHECK(left.find("…") != std::string::npos);
      CHECK(left.size() <= std::string{"…"}.size() + 2UL * 5); // digits that neighbours share
      for (char& c : encoded) {
        c = c == '+' ? '-' : c == '/' ? '_' : c;
      }
      CHECK(without(encoded, {secret}) == left);
      encoded.insert(encoded.size() / 2, "\r\n"); // as MIME folds it
      CHECK(without(encoded, {secret}).size() == left.size());
    }
  }
}

TEST_CASE("what only looks like an escape before a secret does not hide it") {
  CHECK(without("100%abcdefgh", {"abcdefgh"}) == "100%…");
  CHECK(without("\\x41deadbeef", {"deadbeef"}) == "\\x41…");
  CHECK(without("\\newsecret", {"newsecret"}) == "\\…");
}

TEST_CASE("a secret that looks like an escape itself is recognised, encoded or not") {
  CHECK(without("[&#x27;] [%26%23x27%3B]", {"&#x27;"}) == "[…] […]");
  CHECK(without("[%41%42] [%2541%2542]", {"%41%42"}) == "[…] […]");
  CHECK(without("[%00%00] [%2500%2500]", {"%00%00"}) == "[…] […]");
}

TEST_CASE("a secret whose end is missing is recognised at the end of the text") {
  CHECK(without("Bearer glc_SECR", {"glc_SECRET"}) == "Bearer …");
  CHECK(without("Bearer glc", {"glc_SECRET"}) == "Bearer glc");
  CHECK(without("glc_SECR is not it", {"glc_SECRET"}) == "glc_SECR is not it");
}

TEST_SUITE_END();
