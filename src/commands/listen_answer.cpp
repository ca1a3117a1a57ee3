#include "commands/listen_answer.hpp"

#include "base/text.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "loki/gzip.hpp"
#include "loki/push.hpp"
#include "loki/status.hpp"

namespace metrics_event {
namespace {

std::string_view path_of(std::string_view target) {
  return target.substr(0, target.find('?'));
}

// Returns why the media type is refused, if it is. Loki treats every media type that is not JSON as
// compressed protobuf.
std::optional<std::string> refusal_of_type(const std::optional<std::string>& content_type) {
  if (!content_type) {
    return "mime: no media type";
  }
  std::string type = content_type->substr(0, content_type->find(';'));
  type.erase(type.find_last_not_of(' ') + 1);
  return lower_case(type) == "application/json" ? std::nullopt
                                                : std::optional{"snappy: corrupt input"};
}

} // namespace

Answer answer_to(const ReceivedRequest& request, const ScriptedAnswer& scripted) {
  if (!request.has_host) {
    return {.status = 400, .body = "400 Bad Request: missing required Host header\n"};
  }
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
  const bool is_compressed = request.content_encoding == "gzip";
  if (!is_compressed && !request.content_encoding.empty()) {
    return {.status = 400,
            .body = "Content-Encoding " + quote(request.content_encoding) + " not supported\n"};
  }
  const auto unpacked =
      is_compressed ? gunzip(request.body, largest_received_body) : std::optional<std::string>{};
  if (is_compressed && !unpacked) {
    return {.status = 400, .body = "gzip: invalid header, or too large\n"};
  }
  Answer answer{.status = scripted.status, .retry_after = scripted.retry_after, .scripted = true};
  auto entries = decode_push(unpacked ? std::string_view{*unpacked} : request.body);
  if (!entries) {
    return {.status = 400, .body = entries.error() + '\n'};
  }
  answer.accepted = *std::move(entries);
  if (!is_acceptance(scripted.status)) {
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
    const auto json = compact_json(entry.line);
    return (json ? *json : json_string(entry.line)) + '\n';
  }
  return JsonObject{}
             .raw("labels", json_object(entry.labels))
             .raw("metadata", json_object(entry.metadata))
             .text("entry_time_ns", unix_nanoseconds(entry.time))
             .text("line", entry.line)
             .str() +
         '\n';
}

} // namespace metrics_event
