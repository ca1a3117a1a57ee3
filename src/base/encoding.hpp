#pragma once

#include <optional>
#include <string_view>

namespace metrics_event {

/// A form of bytes that is not UTF-8 text, although a program wrote it into a file of text.
struct ForeignForm {
  std::string_view name;    // completes the sentence "it is …"
  std::string_view decoder; // the command that writes the text of a file to its standard output
};

/// Returns the form that the first bytes of a file or a stream show: one of the common
/// compressions, or UTF-16 with a byte order mark or without it. Returns nothing when they may be
/// UTF-8 text.
std::optional<ForeignForm> foreign_form(std::string_view bytes);

/// Returns the text without the byte order mark that some editors, mostly on Windows, write first.
std::string_view without_byte_order_mark(std::string_view text);

} // namespace metrics_event
