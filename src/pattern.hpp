#pragma once

#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace metrics_event {

/// A regular expression as JSON Schema has it (ECMA-262 in its common part, over Unicode
/// characters), which is found anywhere in a text. Matching has a bound: a text for which it would
/// take too long does not match.
class Pattern {
public:
  /// The compiled expression, or what is wrong with it, in words.
  static boost::system::result<Pattern, std::string> compile(std::string_view expression);

  /// Whether it is found in a text, which is UTF-8.
  bool matches(std::string_view text) const;

  /// The expression as it was written.
  const std::string& text() const { return text_; }

private:
  struct Code;

  std::string text_;
  std::shared_ptr<const Code> code_;
};

} // namespace metrics_event
