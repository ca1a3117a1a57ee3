#pragma once

#include "base/time.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// Appends a line and a newline to a file. Concurrent processes of this program never interleave
/// their lines in a regular file, which gets each line by a single write. When that write is cut
/// short, the partial line is removed again, or the message says that it stays in the file. A
/// missing file is created with mode 0644, but a missing directory is not. A FIFO or a device is
/// written to as well, and opening it never blocks. A symbolic link is rejected because it could
/// lead anywhere, except the links by which the system names open files, such as /dev/stdout. A
/// FIFO is rejected in a directory where another user could have created it.
///
/// Throws Failure: cantcreat when the file cannot be opened or written, data when the line has more
/// than PIPE_BUF bytes for a FIFO, where it could interleave with others (pipe(7)), tempfail when a
/// FIFO or a device takes nothing until the deadline.
void append_line(const std::string& path, std::string_view line, Deadline deadline);

/// Returns whether many lines can go to a file in one write: true for a regular or missing file,
/// false for a device and for a FIFO, which takes only PIPE_BUF bytes at once.
bool takes_many_lines(const std::string& path);

/// Checks whether a line could be appended, without creating a file. Throws Failure (cantcreat)
/// when it could not.
void try_to_append(const std::string& path);

} // namespace metrics_event
