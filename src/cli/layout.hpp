#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace metrics_event {

/// The width of help, in characters.
inline constexpr std::size_t page_width = 80;

/// A table of two columns. The left one is indented by two spaces and as wide as its texts need, up
/// to a limit; a longer text has a line to itself. The right one is wrapped.
class Columns {
public:
  void row(std::string left, std::string right) {
    rows_.emplace_back(std::move(left), std::move(right));
  }

  /// Returns the lines of the table.
  std::string str() const;

private:
  std::vector<std::pair<std::string, std::string>> rows_;
};

/// Returns a text in lines of at most `page_width` characters.
std::string paragraph(std::string_view text);

/// Returns a usage in lines, of which the further ones are indented. Lines end between arguments
/// only, so that a flag stays with its value.
std::string usage_lines(std::string_view usage);

/// Returns command lines under a heading. A long one continues after a backslash.
std::string example_lines(const std::vector<std::string_view>& examples);

} // namespace metrics_event
