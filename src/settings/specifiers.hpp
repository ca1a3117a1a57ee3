#pragma once

#include "base/mismatch.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// The functions that find out what identifies this host. Each is called only for a value that
/// needs it, because it costs a system call. A mismatch says why the host lacks the answer.
struct HostIdentity {
  Parsed<std::string> (*name)();
  Parsed<std::string> (*machine_id)();
};

/// Checks the specifiers in the value of a label: `%H` stands for the name of the host, `%m` for
/// its machine id, and `%%` for a percent sign, as in the units of systemd. Any other use of a
/// percent sign is a mismatch.
std::optional<Mismatch> check_specifiers(std::string_view value);

/// Returns a value that `check_specifiers` accepts with its specifiers expanded. The mismatch says
/// what this host lacks, and the remedy.
Parsed<std::string> expand_specifiers(std::string_view value, const HostIdentity& host);

} // namespace metrics_event
