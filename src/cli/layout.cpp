#include "cli/layout.hpp"

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

std::string usage_lines(std::string_view usage) {
  constexpr std::string_view head = "usage: ";
  constexpr char glue = '\x1f';
  std::string text;
  int depth = 0;
  for (std::size_t i = 0; i < usage.size(); ++i) {
    const std::string_view rest = usage.substr(i + 1);
    depth += usage[i] == '[' ? 1 : usage[i] == ']' ? -1 : 0;
    const std::size_t word = text.find_last_of(' ') + 1;
    const bool is_before_value = text.compare(word, 2, "--") == 0 &&
                                 text.find(glue, word) == text.npos && !rest.starts_with('-') &&
                                 !rest.starts_with('[');
    text += usage[i] == ' ' && (depth > 0 || is_before_value) ? glue : usage[i];
  }
  std::string lines;
  for (std::string line : wrap(text, page_width - head.size())) {
    std::ranges::replace(line, glue, ' ');
    lines += (lines.empty() ? std::string{head} : std::string(head.size(), ' ')) + line + '\n';
  }
  return lines;
}

std::string example_lines(const std::vector<std::string_view>& examples) {
  constexpr std::string_view continues = " \\";
  std::string text = "examples:\n";
  for (const std::string_view example : examples) {
    const std::vector<std::string> lines = wrap(example, page_width - 4 - continues.size());
    for (const std::string& line : lines) {
      text += (&line == lines.data() ? "  " : "    ") + line;
      text.append(&line == &lines.back() ? "" : continues).append("\n");
    }
  }
  return text;
}

} // namespace metrics_event
