#include "man_page.hpp"

#include "program.hpp"
#include "temporary.hpp"

#include <sstream>
#include <stdexcept>

namespace metrics_event::testing {

std::vector<Cells> rows_of_man_page(const std::string& file, const std::string& part) {
  const std::string page = read_file(source_directory + "/man/" + file);
  const std::size_t begin = page.find(".\\\" begin " + part + '\n');
  const std::size_t end = page.find(".\\\" end " + part + '\n');
  if (begin >= end || end == std::string::npos) {
    throw std::runtime_error(file + " has no part " + part);
  }
  std::istringstream lines{page.substr(begin, end - begin)};
  std::vector<Cells> rows;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(".It ") || line.starts_with(".It Sy")) {
      continue;
    }
    Cells cells;
    for (std::size_t at = 4; at != std::string::npos + 4;) {
      const std::size_t next = line.find(" Ta ", at);
      cells.push_back(line.substr(at, next - at));
      at = next + 4;
    }
    rows.push_back(cells);
  }
  return rows;
}

} // namespace metrics_event::testing
