#pragma once

#include <boost/system/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace metrics_event {

/// A regular expression as JSON Schema has it (ECMA-262 in its common part, over Unicode
/// characters), which is found anywhere in a text. What ECMA-262 has not, or PCRE2 means otherwise,
/// is a mistake. Matching has a bound, a fraction of a second: a text for which it would take
/// longer does not match.
class Pattern {
public:
  /// The compiled expression, or what is wrong with it, in words that are safe to show.
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
