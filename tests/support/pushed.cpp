#include "pushed.hpp"

#include "commands/listen_answer.hpp"
#include "loki/gzip.hpp"
#include "loki/push.hpp"

#include <stdexcept>

namespace metrics_event::testing {

std::vector<std::string> pushed_entries(const std::string& request) {
  const std::size_t end = request.find("\r\n\r\n");
  if (end == std::string::npos) {
    throw std::runtime_error("a request without an end of its header: " + request);
  }
  std::string body = request.substr(end + 4);
  if (request.substr(0, end).find("\r\nContent-Encoding: gzip") != std::string::npos) {
    body = gunzip(body, largest_received_body).value_or("not gzip");
  }
  const auto entries = decode_push(body);
  if (!entries) {
    throw std::runtime_error("not a push: " + entries.error());
  }
  std::vector<std::string> lines;
  for (const Entry& entry : *entries) {
    std::string line = describe(entry, Output::json);
    line.pop_back(); // the newline
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> pushed_entries(const std::vector<std::string>& requests) {
  std::vector<std::string> all;
  for (const std::string& request : requests) {
    const auto entries = pushed_entries(request);
    all.insert(all.end(), entries.begin(), entries.end());
  }
  return all;
}

} // namespace metrics_event::testing
