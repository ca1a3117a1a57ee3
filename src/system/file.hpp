#pragma once

#include "base/origin.hpp"
#include "base/time.hpp"
#include "system/descriptor.hpp"

#include <boost/system/result.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace metrics_event {

/// Waits for input, reads at most as many bytes as `room` holds, and returns their number: 0 at the
/// end of the file. The error is std::errc::stream_timeout when nothing arrives until the deadline;
/// read(2) itself never reports it. After a noted signal the error is std::errc::interrupted.
boost::system::result<std::size_t, std::error_code> read_some(int descriptor, std::span<char> room,
                                                              Deadline deadline);

/// Returns the whole text of a file. The error is std::errc::file_too_large when it has more than
/// 1 MiB. A FIFO is waited for until the deadline, with the errors of `read_some`.
boost::system::result<std::string, std::error_code> read_file(const std::string& path,
                                                              Deadline deadline);

/// Returns whether nothing exists at a path (ENOENT or ENOTDIR). The result is false when another
/// error prevents the check.
bool is_missing(const std::string& path);

/// Returns whether an error means that nothing exists at a path: ENOENT or ENOTDIR.
bool is_missing(const std::error_code& error);

/// Returns whether a text names a file, which may be missing: something exists at that path, or the
/// directory in which it would be, other than `/`. A token or a key that stands where the name of
/// its file belongs does not.
bool names_file(const std::string& text);

/// Calls `visit` with every name in an open directory that does not begin with a dot, until it
/// returns false. Returns the error of fdopendir(3) or readdir(3), if any.
std::error_code visit_names(Descriptor directory,
                            const std::function<bool(std::string_view)>& visit);

/// Returns the time of the last modification of a file.
boost::system::result<Instant, std::error_code> modification_time(const std::string& path);

/// Returns the message `cannot read PATH: REASON`.
std::string cannot_read(const std::string& path, const std::error_code& error);

/// Returns the text of a file that a setting names. Throws the Failure of `file_failure` when
/// `read_file` fails.
std::string read_named_file(const std::string& path, const Origin& origin, Deadline deadline);

/// Returns whether the group of a file or all users may read it. The result is false when stat(2)
/// fails.
bool others_can_read(const std::string& path);

} // namespace metrics_event
