#pragma once

#include <functional>
#include <string>
#include <vector>

namespace metrics_event {

/// A file of the source tree that is generated from the tables, as a whole or in parts.
struct Document {
  std::string file; ///< its path in the tree
  /// Returns what the file should contain, given what it contains now.
  std::function<std::string(const std::string& now)> text;
};

/// Returns every generated file of which the tables decide.
std::vector<Document> documents();

} // namespace metrics_event
