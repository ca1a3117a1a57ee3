#pragma once

#include <span>
#include <string>
#include <utility>

namespace metrics_event {

/// A text that must not be shown. It does not convert to a string and has no stream operator; only
/// `reveal` returns the text, for the code that sends it or passes it to TLS.
class Secret {
public:
  Secret() = default;
  explicit Secret(std::string text) : text_{std::move(text)} {}

  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }

private:
  std::string text_;
};

/// Returns what a receiver or a proxy says, with `…` for every part of it that is one of the
/// secrets, because an answer may repeat the request. A secret is recognised:
/// - as it is, and as JSON, HTML and URLs escape it, once or several times;
/// - in Base64, also within a longer encoded text;
/// - with white space, control characters or invalid UTF-8 inside, which are not shown;
/// - when the text ends before the secret does.
/// Fewer than four bytes are left in place: they would match ordinary words.
std::string without_secrets(const std::string& text, std::span<const Secret> secrets);

} // namespace metrics_event
