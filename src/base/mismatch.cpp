#include "base/mismatch.hpp"

#include "base/text.hpp"

#include <utility>

namespace metrics_event {

Mismatch::Mismatch(std::string_view expected, std::string_view got)
    : text{"expected " + std::string{expected} + ", got " + quote(got)} {}

Mismatch Mismatch::saying(std::string message) {
  Mismatch mismatch;
  mismatch.text = std::move(message);
  return mismatch;
}

} // namespace metrics_event
