#pragma once

#include "commands/listen_options.hpp"
#include "loki/entry.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// The parts of an HTTP request that determine its answer.
struct ReceivedRequest {
  std::string_view method;
  std::string_view target;
  bool has_host = true; // also true for HTTP/1.0, which needs no Host
  std::optional<std::string> content_type;
  std::string content_encoding;
  std::string_view body;
};

/// The answer to a request, and the entries that it accepts.
struct Answer {
  int status = 204;
  std::string body;                         // text/plain; empty means no body
  std::optional<std::uint64_t> retry_after; // in seconds
  bool scripted = false;                    // whether this consumed an answer of the script
  std::vector<Entry> accepted;
};

/// The largest request body that is accepted, in bytes.
inline constexpr std::size_t largest_received_body = 4UL * 1024 * 1024;

/// Returns the answer that Loki 2.8 was observed to give, with two exceptions: entries of any age
/// are accepted, and gzip is the only content encoding. `scripted` is the answer to a well-formed
/// push; a status that `is_acceptance` rejects refuses the entries.
Answer answer_to(const ReceivedRequest& request, const ScriptedAnswer& scripted);

/// Returns the answer to a body larger than `largest_received_body`.
Answer too_large();

/// Returns an accepted entry as one line of JSON with its newline: the line itself, or with
/// Output::json an object of `labels`, `metadata`, `entry_time_ns` and `line`. A line that is not
/// valid JSON becomes a JSON string.
std::string describe(const Entry& entry, Output output);

} // namespace metrics_event
