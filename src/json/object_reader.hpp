#pragma once

#include "json/reader.hpp"
#include "json/scanner.hpp"

#include <forward_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Reads JSON objects one after another, without a copy of what is compact already.
class ObjectReader {
public:
  /// Reads the members of an object; false when `parse_members` would not take it, and says why.
  bool read(std::string_view text);

  /// They live as long as the text, and until the next one is read.
  std::span<const MemberView> members() const { return members_; }

private:
  bool read_member(std::string_view text);

  JsonScanner scanner_;
  std::vector<MemberView> members_;
  std::forward_list<std::string> made_; // what is not in the text
};

} // namespace metrics_event
