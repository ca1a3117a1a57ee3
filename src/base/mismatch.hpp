#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace metrics_event {

/// The message of a parser that rejects a text. Callers put the origin of the text in front.
struct Mismatch {
  std::string text;

  Mismatch() = default;

  /// Makes the usual message: `expected …, got "…"`.
  Mismatch(std::string_view expected, std::string_view got);

  /// Makes a message of other words, for example one that must not show the text.
  static Mismatch saying(std::string message);
};

/// Either the value that a text stands for or the reason why the text is not valid.
template <class T>
using Parsed = boost::system::result<T, Mismatch>;

} // namespace metrics_event
