#pragma once

#include <string>
#include <vector>

namespace metrics_event::testing {

/// A row of a table in a man page.
using Cells = std::vector<std::string>;

/// The rows of a part of a file in man/, which stands between `begin PART` and `end PART`, without
/// its head. Throws std::runtime_error when there is no such part.
std::vector<Cells> rows_of_man_page(const std::string& file, const std::string& part);

} // namespace metrics_event::testing
