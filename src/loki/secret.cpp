#include "loki/secret.hpp"

#include <string_view>

namespace metrics_event {

std::string without(std::string text, const Secret& secret) {
  constexpr std::size_t shortest = 4;
  constexpr std::string_view mark = "…";
  const std::string& word = secret.reveal();
  if (word.size() < shortest) {
    return text;
  }
  for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos; at += mark.size()) {
    text.replace(at, word.size(), mark);
  }
  return text;
}

} // namespace metrics_event
