#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct z_stream_s;

namespace metrics_event {

/// Compresses one text after another, always with the same memory.
class Gzip {
public:
  /// Puts the bytes in gzip's format (RFC 1952) in the place of what `compressed` holds.
  void compress(std::string_view bytes, std::string& compressed);

private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };

  std::unique_ptr<z_stream_s, End> stream_; // made when it is needed
};

/// The bytes in gzip's format.
std::string gzip(std::string_view bytes);

/// The bytes that were compressed; nothing when it is not one whole gzip, or they are more than
/// `limit`.
std::optional<std::string> gunzip(std::string_view compressed, std::size_t limit);

} // namespace metrics_event
