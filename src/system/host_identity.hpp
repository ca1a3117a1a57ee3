#pragma once

#include "base/mismatch.hpp"

#include <string>

namespace metrics_event {

/// Returns the name of this host (gethostname(2)). The mismatch says that the kernel has none.
Parsed<std::string> host_name();

/// Returns the machine id in a file that has the form of /etc/machine-id (machine-id(5)): 32
/// hexadecimal digits. The mismatch says why there is none: the file is missing or empty, or it
/// holds `uninitialized`, as that of an image does until its first boot is complete.
Parsed<std::string> machine_id(const std::string& path);

} // namespace metrics_event
