#pragma once

#include "delivery/asker.hpp"

#include <doctest/doctest.h>

#include <array>
#include <vector>

/// Lets doctest print what asking tells.
namespace doctest {

template <>
struct StringMaker<metrics_event::Stored> {
  static String convert(metrics_event::Stored stored) {
    constexpr std::array names{"found", "absent", "too_early", "hidden", "impossible", "unknown"};
    return names.at(static_cast<std::size_t>(stored));
  }
};

template <>
struct StringMaker<std::vector<metrics_event::Stored>> {
  static String convert(const std::vector<metrics_event::Stored>& results) {
    String text;
    for (const metrics_event::Stored stored : results) {
      text += StringMaker<metrics_event::Stored>::convert(stored) + " ";
    }
    return text;
  }
};

} // namespace doctest
