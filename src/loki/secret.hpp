#pragma once

#include <string>
#include <utility>

namespace metrics_event {

/// A text that is shown nowhere. It turns into no string and no stream takes it; only `reveal`
/// gives it, to the code that sends it or hands it to TLS.
class Secret {
public:
  Secret() = default;
  explicit Secret(std::string text) : text_{std::move(text)} {}

  bool empty() const { return text_.empty(); }
  const std::string& reveal() const { return text_; }

private:
  std::string text_;
};

/// The text with every occurrence of the secret left out, as strangers may repeat what they were
/// sent. A secret of less than four bytes is no word that could be told from others.
std::string without(std::string text, const Secret& secret);

} // namespace metrics_event
