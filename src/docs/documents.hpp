#pragma once

#include <functional>
#include <string>
#include <vector>

namespace metrics_event {

/// A file of the source tree that is generated from the tables, entirely or in part.
struct Document {
  std::string file; ///< its path in the tree
  /// Returns the new text of the file, given its current text.
  std::function<std::string(const std::string& now)> text;
};

/// Returns every file that is generated from the tables.
std::vector<Document> documents();

} // namespace metrics_event
