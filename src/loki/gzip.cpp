#include "loki/gzip.hpp"

#include "base/owned.hpp"

#include <zlib.h>

#include <new>

namespace metrics_event {
namespace {

constexpr int gzip_window = MAX_WBITS + 16; // adding 16 selects the gzip header (zlib.h)
// The memLevel of zlib, whose default is 8. For every 32 KiB it goes through its table of hashes,
// which this halves; the output is not larger by more than 1 %.
constexpr int memory_level = 7;
// For pushes of 1000 events, the output of level 3 is a fifth larger than that of the default level
// 6, in half the time. Levels 1 and 2 produce more output and are not faster.
constexpr int level = 3;
constexpr std::size_t growth = 64UL * 1024; // of the output buffer, in bytes a step

// The cast is safe, because zlib only reads its input.
Bytef* input_of(std::string_view bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib's declaration lacks the const
  return const_cast<Bytef*>(reinterpret_cast<const Bytef*>(bytes.data()));
}

Bytef* output_of(std::string& bytes) {
  return reinterpret_cast<Bytef*>(bytes.data());
}

} // namespace

void Gzip::End::operator()(z_stream_s* stream) const {
  deflateEnd(stream);
  delete stream;
}

void Gzip::compress(std::string_view bytes, std::string& compressed) {
  if (stream_) {
    deflateReset(stream_.get());
  } else {
    stream_.reset(new z_stream{});
    if (deflateInit2(stream_.get(), level, Z_DEFLATED, gzip_window, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK) {
      throw std::bad_alloc{};
    }
  }
  z_stream& stream = *stream_;
  // deflateBound guarantees room for the whole output, so one call of deflate finishes.
  compressed.resize(deflateBound(&stream, bytes.size()));
  stream.next_in = input_of(bytes);
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = output_of(compressed);
  stream.avail_out = static_cast<uInt>(compressed.size());
  deflate(&stream, Z_FINISH);
  compressed.resize(stream.total_out);
}

std::optional<std::string> gunzip(std::string_view compressed, std::size_t limit) {
  z_stream stream{};
  if (inflateInit2(&stream, gzip_window) != Z_OK) {
    throw std::bad_alloc{};
  }
  const Owned<z_stream, inflateEnd> owner{&stream};
  std::string bytes;
  stream.next_in = input_of(compressed);
  stream.avail_in = static_cast<uInt>(compressed.size());
  int result = Z_OK;
  while (result == Z_OK && stream.total_out <= limit) {
    bytes.resize(stream.total_out + growth);
    stream.next_out = output_of(bytes) + stream.total_out;
    stream.avail_out = static_cast<uInt>(growth);
    result = inflate(&stream, Z_NO_FLUSH);
  }
  bytes.resize(stream.total_out);
  const bool is_whole = result == Z_STREAM_END && stream.avail_in == 0;
  return is_whole && bytes.size() <= limit ? std::optional{std::move(bytes)} : std::nullopt;
}

} // namespace metrics_event
