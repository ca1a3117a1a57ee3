#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// The bytes in gzip's format (RFC 1952).
std::string gzip(std::string_view bytes);

/// The bytes that were compressed; nothing when it is not one whole gzip, or they are more than
/// `limit`.
std::optional<std::string> gunzip(std::string_view compressed, std::size_t limit);

} // namespace metrics_event
