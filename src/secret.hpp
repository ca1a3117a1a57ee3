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

} // namespace metrics_event
