#pragma once

#include <string>

namespace metrics_event::testing {

/// Returns the text of the mismatch in a result, or "no complaint" when it has a value.
template <class Result>
std::string complaint(const Result& result) {
  return result ? "no complaint" : result.error().text;
}

} // namespace metrics_event::testing
