#include "loki/secret.hpp"
#include "base/base64.hpp"
#include "base/text.hpp"
#include "base/url_text.hpp"
#include "fuzz/target.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace metrics_event::testing {
namespace {

constexpr std::size_t longest_answer = 64UL * 1024;

// A secret that can be told from the rest of an answer: four characters or more that are shown as
// they are and escape nothing.
bool is_remarkable(std::string_view text) {
  return text.size() >= 4 &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
}

} // namespace

// A secret on the first line, and what stands around it when a receiver repeats it.
void fuzz_secret(std::string_view input) {
  const auto lines = lines_of(input);
  const std::string secret{lines[0]};
  const std::string around{input.substr(std::min(secret.size() + 1, input.size()))};
  const std::string before = around.substr(0, around.size() / 2);
  const std::string after = around.substr(before.size());
  const std::array<Secret, 2> secrets{Secret{"another secret"}, Secret{secret}};
  for (const std::string& spelling : {secret, json_string(secret), percent_encoded(secret)}) {
    const std::string said =
        printable(without_secrets(before + ' ' + spelling + ' ' + after, secrets), longest_answer);
    must(!is_remarkable(secret) || said.find(secret) == said.npos, "a secret is not shown");
    must(!is_remarkable(secret) || said.find(spelling) == said.npos, "nor is its spelling");
  }
  const std::string encoded = base64(before + secret + after);
  must(!is_remarkable(secret) || without_secrets(encoded, secrets) != encoded,
       "a secret is recognised in Base64");
  must(without_secrets(around, {}) == around, "without a secret, nothing is replaced");
}

} // namespace metrics_event::testing
