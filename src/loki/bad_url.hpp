#pragma once

#include "base/mismatch.hpp"

#include <string_view>

namespace metrics_event {

/// Returns the mismatch for a text that is not a URL, `expected` being what is. It names the
/// character that is probably the cause, or suggests the URL that was probably meant. It shows no
/// other part of the text, because a malformed URL may have a password anywhere.
Mismatch bad_url(std::string_view expected, std::string_view text);

} // namespace metrics_event
