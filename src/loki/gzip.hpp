#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// Compresses one thing after another, always with the same memory.
class Gzip {
public:
  Gzip();
  Gzip(Gzip&&) noexcept;
  Gzip& operator=(Gzip&&) = delete;
  ~Gzip();

  /// The bytes in gzip's format (RFC 1952), in the place of what `compressed` holds.
  void compress(std::string_view bytes, std::string& compressed);

private:
  struct State;

  std::unique_ptr<State> state_; // made when it is needed
};

/// The same once.
std::string gzip(std::string_view bytes);

/// The bytes that were compressed; nothing when it is not one whole gzip, or they are more than
/// `limit`.
std::optional<std::string> gunzip(std::string_view compressed, std::size_t limit);

} // namespace metrics_event
