#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <system_error>

namespace metrics_event {

/// The whole text of a file of at most 1 MiB (std::errc::file_too_large beyond), or why it cannot
/// be read.
boost::system::result<std::string, std::error_code> read_file(const std::string& path);

} // namespace metrics_event
