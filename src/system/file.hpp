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

/// The size of the largest file that is read, unless a caller says otherwise: 1 MiB.
inline constexpr std::size_t largest_file = 1024UL * 1024;

/// Returns the whole text of a file, without the byte order mark that may stand first. The error is
/// std::errc::file_too_large when it has more than `largest` bytes, and
/// std::errc::illegal_byte_sequence when it is not text but a `foreign_form`. A FIFO is waited for
/// until the deadline, with the errors of `read_some`.
boost::system::result<std::string, std::error_code>
read_file(const std::string& path, Deadline deadline, std::size_t largest = largest_file);

/// Like `read_file`, but never calls `await`, so that a task of `run_detached` may use it. Anything
/// but a regular file is the error std::errc::not_supported.
boost::system::result<std::string, std::error_code>
read_regular_file(const std::string& path, std::size_t largest = largest_file);

/// Like `read_file`, but keeps the deadline also where open(2) and read(2) of a regular file hang,
/// as on a mount whose server is gone (see `run_detached`).
boost::system::result<std::string, std::error_code>
read_file_anywhere(const std::string& path, Deadline deadline, std::size_t largest = largest_file);

/// Returns why nothing can be reached at a path: the error of access(2), none when something exists
/// there.
std::error_code access_error(const std::string& path);

/// Returns whether nothing exists at a path (ENOENT or ENOTDIR). The result is false when another
/// error prevents the check.
bool is_missing(const std::string& path);

/// Returns whether an error means that nothing exists at a path: ENOENT or ENOTDIR.
bool is_missing(const std::error_code& error);

/// Returns whether a text names a file, which may be missing: something exists at that path, or the
/// directory in which it would be, other than `/`. A token or a key that stands where the name of
/// its file belongs does not.
bool names_file(const std::string& text);

/// Takes a name in a directory, and whether a regular file may have it: false means that it is the
/// name of something else. Returns false when it wants no more names.
using NameVisitor = std::function<bool(std::string_view name, bool may_be_regular)>;

/// Calls `visit` with every name in an open directory that does not begin with a dot, until it
/// returns false. Returns the error of fdopendir(3) or readdir(3), if any.
std::error_code visit_names(Descriptor directory, const NameVisitor& visit);

/// Returns the time of the last modification of a file.
boost::system::result<Instant, std::error_code> modification_time(const std::string& path);

/// Returns the message `cannot read PATH: REASON`.
std::string cannot_read(const std::string& path, const std::error_code& error);

/// Returns the text of a file that a setting names. Throws the Failure of `file_failure` when
/// `read_file` fails.
std::string read_named_file(const std::string& path, const Origin& origin, Deadline deadline);

/// Returns whether a secret in a file is open to others than those it is meant for: all users can
/// read it, or its group can. A group is expected to read a file of root, and when the file has an
/// ACL, which names its readers: so systemd passes credentials (0440). The result is false when
/// stat(2) fails.
bool others_can_read(const std::string& path);

} // namespace metrics_event
