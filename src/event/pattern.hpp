#pragma once

#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace metrics_event {

/// A regular expression as JSON Schema has it: ECMA-262 with its flag u, found anywhere in a text.
/// A match takes time in proportion to the length of the text, which is why look-around and
/// back-references are no part of it.
class Pattern {
public:
  /// The compiled expression, or what is wrong with it, in words that are safe to show.
  static boost::system::result<Pattern, std::string> compile(std::string_view expression);

  /// Whether the expression is found in a text, which is UTF-8.
  bool matches(std::string_view text) const;

  /// The expression as it was written.
  const std::string& text() const { return text_; }

private:
  std::string text_;
  std::shared_ptr<const re2::RE2> compiled_;
};

} // namespace metrics_event
