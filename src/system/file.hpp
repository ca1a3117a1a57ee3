#pragma once

#include "base/origin.hpp"
#include "base/value.hpp"
#include "system/descriptor.hpp"

#include <boost/system/result.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>

namespace metrics_event {

/// Reads what has come, once there is something, and returns how much: 0 at the end. Nothing until
/// the deadline is std::errc::stream_timeout, which the system itself never reports here, and a
/// noted signal std::errc::interrupted.
boost::system::result<std::size_t, std::error_code> read_some(int descriptor, std::span<char> room,
                                                              Deadline deadline);

/// Reads the whole text of a file of at most 1 MiB (std::errc::file_too_large beyond). A pipe is
/// waited for as `read_some` does it.
boost::system::result<std::string, std::error_code> read_file(const std::string& path,
                                                              Deadline deadline);

/// Whether a path leads nowhere. Where that cannot be found out, it does not.
bool is_missing(const std::string& path);

/// Whether an error says that.
bool is_missing(const std::error_code& error);

/// Visits every name in an open directory but the hidden ones. Returns the error that ends this
/// early, if any.
std::error_code visit_names(Descriptor directory,
                            const std::function<void(std::string_view)>& visit);

/// When a file was changed last.
boost::system::result<Instant, std::error_code> modification_time(const std::string& path);

/// Why a file cannot be read, in words that name it.
std::string cannot_read(const std::string& path, const std::error_code& error);

/// The text of a file that a setting names. Throws what `file_failure` makes of the trouble.
std::string read_named_file(const std::string& path, const Origin& origin, Deadline deadline);

/// Whether its group or everybody may read a file.
bool others_can_read(const std::string& path);

} // namespace metrics_event
