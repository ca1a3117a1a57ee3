#pragma once

#include "settings/settings.hpp"

#include <string>
#include <vector>

namespace metrics_event {

/// Clears everything that authenticates the client to the receiver: user name, password, bearer
/// token, the files with them, the credentials in the URL, headers, and the client certificate with
/// its key. Credentials for the proxy stay.
void forget_credentials(Settings& settings);

/// Checks the rules that involve more than one setting, without any I/O. Throws Failure that names
/// every origin involved: usage when one of them is a flag, config otherwise.
void check_settings(const Resolved& resolved);

/// Returns warnings about settings that are valid but unwise, each with its remedy: credentials
/// that others can read, a server certificate that is not verified, a flag without effect.
std::vector<std::string> risks(const Resolved& resolved);

/// Returns a warning for each label or metadata name that is also the name of a setting. In a TOML
/// file, every key below a heading such as `[label]` is a label, so a setting there is misplaced.
std::vector<std::string> misplaced_settings(const Settings& settings);

} // namespace metrics_event
