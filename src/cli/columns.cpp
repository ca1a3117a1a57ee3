#include "cli/columns.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace metrics_event {

std::string Columns::str() const {
  constexpr std::size_t widest_left = 27; // `--on success|failure|always`
  constexpr std::size_t margins = 4;
  std::size_t left_width = 0;
  for (const auto& row : rows_) {
    left_width = std::max(left_width, row.first.size() > widest_left ? 0 : row.first.size());
  }
  std::string text;
  for (const auto& [left, right] : rows_) {
    std::string line = "  " + left;
    if (left.size() > left_width) {
      text += line + '\n';
      line.clear();
    }
    for (const std::string& part : wrap(right, page_width - left_width - margins)) {
      line.resize(left_width + margins, ' ');
      text += line + part + '\n';
      line.clear();
    }
  }
  return text;
}

std::string paragraph(std::string_view text) {
  std::string lines;
  for (const std::string& line : wrap(text, page_width)) {
    lines += line + '\n';
  }
  return lines;
}

} // namespace metrics_event
