#pragma once

#include "base/value.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// Appends a line and its newline to a file in one write, whole or not at all; writers of this
/// program never interleave. The file is made with mode 0644 when it is missing, its directory is
/// not. A FIFO and a device are taken as they are, and no opening waits. A symbolic link could lead
/// anywhere and is refused, except those by which the system names open files, such as /dev/stdout;
/// a FIFO is refused where somebody else could have put it.
/// Throws Failure: cantcreat, data for a line that a FIFO does not take at once, tempfail when a
/// FIFO is full until the deadline.
void append_line(const std::string& path, std::string_view line, Deadline deadline);

/// Whether a file takes many lines in one write, as a regular one does; a FIFO may hold only one.
bool takes_many_lines(const std::string& path);

/// Finds out whether a line could be appended, without leaving anything behind. Throws as
/// `append_line`.
void try_to_append(const std::string& path);

} // namespace metrics_event
