#pragma once

#include <string_view>

namespace metrics_event {

/// The version of metrics-event, which the project() line of CMakeLists.txt states.
extern const std::string_view version;

/// The libraries that are linked in, with their versions as far as the build knows them:
/// `OpenSSL 3.0.22, zlib 1.2.13`.
extern const std::string_view libraries;

} // namespace metrics_event
