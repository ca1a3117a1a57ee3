#include "judgement.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

constexpr std::size_t longest_response = 1024;

struct StatusRow {
  int status;
  ExitCode code;
  bool worth_a_retry;
  std::string_view reason;
};

constexpr std::string_view not_a_push_endpoint =
    "is it the push endpoint? Loki's path is /loki/api/v1/push";

constexpr std::array known_statuses{
    StatusRow{260, ExitCode::data, false, "ingestion is blocked by the receiver"},
    StatusRow{400, ExitCode::data, false, "the receiver refused the event"},
    StatusRow{401, ExitCode::noperm, false,
              "the receiver wants credentials or a tenant (--org-id)"},
    StatusRow{403, ExitCode::noperm, false, "the receiver forbids it"},
    StatusRow{404, ExitCode::protocol, false, not_a_push_endpoint},
    StatusRow{405, ExitCode::protocol, false, not_a_push_endpoint},
    StatusRow{407, ExitCode::noperm, false, "a proxy wants credentials"},
    StatusRow{408, ExitCode::tempfail, true, "the receiver waited too long; try again later"},
    StatusRow{413, ExitCode::data, false, "the event is too large for the receiver"},
    StatusRow{415, ExitCode::protocol, false,
              "it does not take JSON; is it the push endpoint? Loki's path is /loki/api/v1/push"},
    StatusRow{422, ExitCode::data, false, "the receiver refused the event"},
    StatusRow{425, ExitCode::tempfail, true, "the receiver is not ready; try again later"},
    StatusRow{429, ExitCode::tempfail, true, "the receiver's rate limit; try again later"},
};

StatusRow classify(int status) {
  const auto* const known = std::ranges::find(known_statuses, status, &StatusRow::status);
  if (known != known_statuses.end()) {
    return *known;
  }
  if (status >= 500 && status <= 599) {
    return {status, ExitCode::tempfail, true, "the receiver is in trouble; try again later"};
  }
  return {status, ExitCode::protocol, false, not_a_push_endpoint};
}

Judgement judge_trouble(const Reply& reply) {
  switch (reply.trouble) {
  case Trouble::unknown_host:
    return {ExitCode::nohost, false, reply.detail + "; check the host name"};
  case Trouble::lookup_failed:
    return {ExitCode::nohost, true, reply.detail + "; check the host name and the name server"};
  case Trouble::no_connection:
    return {ExitCode::unavailable, true, reply.detail + "; is the receiver running?"};
  case Trouble::timed_out:
    return {ExitCode::tempfail, true, reply.detail + "; try again later or raise --timeout"};
  case Trouble::connection_lost:
    return {ExitCode::tempfail, true, reply.detail + "; try again later"};
  case Trouble::not_http: return {ExitCode::protocol, false, reply.detail + "; check the port"};
  case Trouble::none: break;
  }
  return {ExitCode::software, false, "a reply without trouble is judged as trouble"};
}

} // namespace

Judgement judge(const Reply& reply) {
  if (reply.trouble != Trouble::none) {
    return judge_trouble(reply);
  }
  if (reply.status == 200 || reply.status == 202 || reply.status == 204) {
    return {};
  }
  Judgement judgement{.response = printable(reply.body, longest_response)};
  std::string said = "HTTP status " + std::to_string(reply.status);
  if (!judgement.response.empty()) {
    said += ", \"" + judgement.response + '"';
  }
  if (reply.status >= 300 && reply.status <= 399) {
    judgement.code = ExitCode::protocol;
    judgement.message = said + "; a redirect is not followed";
    if (!reply.location.empty()) {
      judgement.message += ", use --url " + printable(reply.location, longest_response);
    }
    return judgement;
  }
  const StatusRow row = classify(reply.status);
  judgement.code = row.code;
  judgement.worth_a_retry = row.worth_a_retry;
  judgement.message = said + "; " + std::string{row.reason};
  return judgement;
}

} // namespace metrics_event
