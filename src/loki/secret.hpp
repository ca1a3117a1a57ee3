#pragma once

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

/// Returns the text with `…` for every occurrence of the secret, because a server's answer may
/// repeat the request. A secret shorter than four bytes is left in place: it would match ordinary
/// words.
std::string without(std::string text, const Secret& secret);

} // namespace metrics_event
