#pragma once

#include "base/value.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// Appends a line and its newline to a file in one write, whole or not at all; writers of this
/// program never interleave. The file is made with mode 0644 when it is missing, its directory is
/// not. A symbolic link, a FIFO or a device is taken only when `special_file` says so.
/// Throws Failure: cantcreat, data for a line that a FIFO does not take at once, tempfail when a
/// FIFO is full until the deadline.
void append_line(const std::string& path, std::string_view line, bool special_file,
                 Deadline deadline);

/// Finds out whether a line could be appended, without leaving anything behind. Throws as above.
void try_to_append(const std::string& path, bool special_file);

} // namespace metrics_event
