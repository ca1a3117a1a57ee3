#pragma once

#include <string>
#include <vector>

namespace metrics_event::testing {

/// The entries of a push, by the raw bytes of its request: each as one line of JSON, the one that
/// `listen --output json` prints of it. Two of them are equal when a receiver takes them for the
/// same. Throws std::runtime_error when the request is no push.
std::vector<std::string> pushed_entries(const std::string& request);

/// The same of many requests, one after the other.
std::vector<std::string> pushed_entries(const std::vector<std::string>& requests);

} // namespace metrics_event::testing
