#include "delivery/poster.hpp"

#include "loki/push.hpp"
#include "loki/status.hpp"

#include <utility>

namespace metrics_event {
namespace {

constexpr std::size_t worth_compressing = 1024; // in bytes

} // namespace

Poster::Poster(Route route, bool is_single, const Transport& transport)
    : route_{std::move(route)}, is_single_{is_single}, transport_{transport} {}

Reply Poster::post(const std::string& org_id, std::span<const Entry> entries, Deadline deadline) {
  write_push_body(body_, entries);
  is_compressed_ =
      !is_single_ && gzip_use_ != GzipUse::refused && body_.size() >= worth_compressing;
  if (is_compressed_) {
    gzip_.compress(body_, compressed_);
  }
  Request request = push_request(route_, org_id, is_compressed_ ? compressed_ : body_);
  if (is_compressed_) {
    request.headers.emplace_back("Content-Encoding", "gzip");
  }
  request.keeps_connection = !is_single_;
  Reply reply = transport_(request, deadline);
  if (is_compressed_ && is_acceptance(reply.status)) {
    gzip_use_ = GzipUse::works;
  }
  return reply;
}

bool Poster::may_be_refused_as_gzip(const Reply& reply) const {
  return is_compressed_ && gzip_use_ == GzipUse::untried &&
         (reply.status == 400 || reply.status == 415);
}

} // namespace metrics_event
