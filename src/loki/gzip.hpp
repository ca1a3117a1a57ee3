#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct z_stream_s;

namespace metrics_event {

/// Compresses one text after another and reuses zlib's memory for all of them.
class Gzip {
public:
  /// Replaces the content of `compressed` with the bytes in gzip format (RFC 1952). Throws
  /// std::bad_alloc when zlib cannot allocate its state.
  void compress(std::string_view bytes, std::string& compressed);

private:
  struct End {
    void operator()(z_stream_s* stream) const;
  };

  std::unique_ptr<z_stream_s, End> stream_; // created by the first call
};

/// Returns the decompressed bytes. Returns nothing when the input is not exactly one complete gzip
/// member, or when the result would exceed `limit` bytes. Throws std::bad_alloc when zlib cannot
/// allocate its state.
std::optional<std::string> gunzip(std::string_view compressed, std::size_t limit);

} // namespace metrics_event
