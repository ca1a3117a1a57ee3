#pragma once

#include "settings/settings.hpp"

#include <string>
#include <vector>

namespace metrics_event {

/// Takes away all that proves who we are: credentials, headers, client certificates.
void forget_credentials(Settings& settings);

/// The rules across settings, before any I/O. Throws Failure that names every origin involved:
/// usage when one of them is a flag, config otherwise.
void check_settings(const Resolved& resolved);

/// Whether a value may be secret: credentials in whatever form, a header, the query of a URL.
bool holds_secret(const Settings& settings);

/// What is allowed and unwise, in words, each with its remedy: credentials that others can read, a
/// receiver that anybody could pose as, a flag without effect.
std::vector<std::string> risks(const Resolved& resolved);

/// The labels and metadata that have the name of a setting, in words: in a file, all below a
/// heading such as `[label]` is a label.
std::vector<std::string> misplaced_settings(const Settings& settings);

} // namespace metrics_event
