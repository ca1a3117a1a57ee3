#pragma once

#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace metrics_event {

/// A regular expression of JSON Schema: ECMA-262 with the flag u, which may match anywhere in a
/// text. Matching takes time in proportion to the length of the text; look-around and
/// back-references, which would break that promise, are rejected.
class Pattern {
public:
  /// Compiles an expression. Returns a message that is safe to show on a terminal when the
  /// expression is not valid, not supported or too long.
  static boost::system::result<Pattern, std::string> compile(std::string_view expression);

  /// Returns true when the expression matches somewhere in a text, which must be UTF-8.
  bool matches(std::string_view text) const;

  /// Returns the expression as it was written.
  const std::string& text() const { return text_; }

private:
  std::string text_;
  std::shared_ptr<const re2::RE2> compiled_;
};

} // namespace metrics_event
