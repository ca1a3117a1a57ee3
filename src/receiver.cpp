#include "receiver.hpp"

#include "exit_code.hpp"
#include "json_text.hpp"
#include "loki.hpp"
#include "text.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

// Loki parses the media type and takes everything that is not JSON for compressed protobuf.
std::optional<std::string> refusal_of_type(const std::optional<std::string>& content_type) {
  if (!content_type) {
    return "mime: no media type";
  }
  std::string type = content_type->substr(0, content_type->find(';'));
  type.erase(type.find_last_not_of(' ') + 1);
  constexpr std::string_view json = "application/json";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
  if (!std::ranges::equal(type, json, same)) {
    return "snappy: corrupt input";
  }
  return std::nullopt;
}

} // namespace

Answer answer_to(const ReceivedRequest& request, const ScriptedAnswer& scripted) {
  if (path_of(request.target) == "/ready" && request.method == "GET") {
    return {.status = 200, .body = "ready\n"};
  }
  if (path_of(request.target) != push_path) {
    return {.status = 404, .body = "404 page not found\n"};
  }
  if (request.method != "POST") {
    return {.status = 405};
  }
  if (const auto refusal = refusal_of_type(request.content_type)) {
    return {.status = 400, .body = *refusal + '\n'};
  }
  if (!request.content_encoding.empty()) {
    return {.status = 400,
            .body = "Content-Encoding " + quote(request.content_encoding) + " not supported\n"};
  }
  Answer answer{.status = scripted.status,

                .retry_after = scripted.retry_after,
                .scripted = true};
  try {
    answer.accepted = decode_push(request.body);
  } catch (const Failure& refusal) {
    return {.status = 400, .body = refusal.text() + '\n'};
  }
  if (scripted.status != 200 && scripted.status != 202 && scripted.status != 204) {
    answer.accepted.clear();
    answer.body = "answered as told\n";
  }
  return answer;
}

Answer too_large() {
  return {.status = 413, .body = "http: request body too large\n"};
}

std::string describe(const Entry& entry, Output output) {
  if (output == Output::text) {
    return compact_json(entry.line).value_or(json_string(entry.line)) + '\n';
  }
  return JsonObject{}
             .raw("labels", json_object(entry.labels))
             .text("entry_time_ns", unix_nanoseconds(entry.time))
             .text("line", entry.line)
             .str() +
         '\n';
}

} // namespace metrics_event
