#pragma once

#include "commands/listen_options.hpp"
#include "loki/entry.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// What of an HTTP request decides about its answer.
struct ReceivedRequest {
  std::string_view method;
  std::string_view target;
  bool has_host = true; // or needs none, being HTTP/1.0
  std::optional<std::string> content_type;
  std::string content_encoding;
  std::string_view body;
};

/// The answer to a request, and the entries that it accepts.
struct Answer {
  int status = 204;
  std::string body;                         // text/plain; empty: no body
  std::optional<std::uint64_t> retry_after; // seconds
  bool scripted = false;                    // whether the script's answer was used up
  std::vector<Entry> accepted;
};

/// Largest body that is received, in bytes.
inline constexpr std::size_t largest_received_body = 4UL * 1024 * 1024;

/// Answers a request as Loki 2.8 was measured to, but takes entries of any age, and of encodings
/// only gzip. `scripted` is the
/// answer to a well-formed push; it refuses the entries unless it is 200, 202 or 204.
Answer answer_to(const ReceivedRequest& request, const ScriptedAnswer& scripted);

/// The answer to a body larger than `largest_received_body`.
Answer too_large();

/// An accepted entry as one line of JSON with its newline: the line itself, or with Output::json an
/// object of `labels`, `metadata`, `entry_time_ns` and `line`. A line that is not JSON becomes a
/// JSON string.
std::string describe(const Entry& entry, Output output);

} // namespace metrics_event
