#include "loki/push.hpp"
#include "base/text.hpp"
#include "commands/listen_answer.hpp"
#include "fuzz/target.hpp"
#include "json/reader.hpp"
#include "loki/gzip.hpp"

#include <algorithm>
#include <string>

namespace metrics_event::testing {
namespace {

bool same(const Entry& one, const Entry& other) {
  return one.labels == other.labels && one.time == other.time && one.line == other.line &&
         one.metadata == other.metadata;
}

void check_round_trip(const std::vector<Entry>& entries) {
  const auto again = decode_push(push_body(entries));
  must(again.has_value(), "what was decoded can be pushed");
  must(std::ranges::is_permutation(entries, *again, same), "a push keeps its entries");
}

void check_description(std::string text) {
  must(text.ends_with('\n'), "a description is a line");
  text.pop_back();
  must(is_safe_to_show(text), "a description is safe to show");
  must(compact_json(text) == text, "a description is JSON");
}

Answer checked_answer(const ReceivedRequest& request) {
  Answer answer = answer_to(request, {});
  std::string_view body = answer.body;
  body.remove_suffix(body.ends_with('\n') ? 1 : 0);
  must(is_safe_to_show(body), "an answer is safe to show");
  return answer;
}

} // namespace

// The body of a push, and what else of a request decides about its answer.
void fuzz_push(std::string_view input) {
  const auto entries = decode_push(input);
  if (entries) {
    check_round_trip(*entries);
    for (const Entry& entry : *entries) {
      check_description(describe(entry, Output::text));
      check_description(describe(entry, Output::json));
    }
  }
  const ReceivedRequest request{
      .method = "POST", .target = push_path, .content_type = "application/json", .body = input};
  must((checked_answer(request).status == 204) == entries.has_value(), "what decodes is accepted");

  const std::string text{input};
  ReceivedRequest typed = request;
  typed.content_type = text;
  checked_answer(typed);
  ReceivedRequest encoded = request;
  encoded.content_encoding = text;
  checked_answer(encoded);
  if (input.starts_with("\x1f\x8b")) { // unpacking begins with 4 MiB, too many for every input
    encoded.content_encoding = "gzip";
    checked_answer(encoded);
    std::string compressed;
    Gzip{}.compress(input, compressed);
    must(gunzip(compressed, input.size()) == text, "what was compressed comes back");
  }
  checked_answer({.method = input, .target = input});
}

} // namespace metrics_event::testing
