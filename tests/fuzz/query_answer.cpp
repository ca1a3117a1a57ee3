#include "loki/query_answer.hpp"
#include "base/text.hpp"
#include "fuzz/target.hpp"

#include <chrono>
#include <string>

namespace metrics_event::testing {
namespace {

using namespace std::chrono_literals;

void check_answer(QueryApi api, std::string_view body) {
  const Entry entry{.labels = {{"job", "metrics"}},
                    .time = Instant{1700000000s},
                    .line = R"({"timestamp":1700000000,"event":"e","n":12.50,"o":{"p":"q"}})",
                    .metadata = {{"trace", "1"}}};
  AskedEntries asked;
  asked.emplace(entry.time, AskedEntry{&entry});
  const QueryPlace place{.api = api, .message_fields = {"_msg"}};
  const Reply reply{.status = 200, .content_type = "application/json", .body = std::string{body}};
  const QueryAnswer answer = read_query_answer(place, reply, asked);
  const bool has_entries = answer.kind == QueryAnswer::Kind::entries && answer.count > 0;
  must(answer.trouble.empty() == (answer.kind == QueryAnswer::Kind::entries),
       "only trouble is told");
  must(is_safe_to_show(answer.trouble), "trouble is safe to show");
  must(!has_entries || answer.oldest <= answer.newest, "what is there has a time");
  if (answer.kind == QueryAnswer::Kind::entries && asked.begin()->second.is_found) {
    must(has_entries && answer.oldest <= entry.time && entry.time <= answer.newest,
         "what is found is in the answer");
  }
}

} // namespace

// The body with which a receiver answers a query.
void fuzz_query_answer(std::string_view input) {
  check_answer(QueryApi::loki, input);
  check_answer(QueryApi::victoria_logs, input);
}

} // namespace metrics_event::testing
