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
  std::string_view reason; // empty for protocol: only the hint
};

constexpr std::array known_statuses{
    StatusRow{260, ExitCode::data, false, "ingestion is blocked, ask who runs the receiver"},
    StatusRow{400, ExitCode::data, false, "the receiver refused the event"},
    StatusRow{401, ExitCode::noperm, false,
              "the receiver wants credentials or a tenant (--org-id)"},
    StatusRow{403, ExitCode::noperm, false, "the receiver forbids it, check the tenant (--org-id)"},
    StatusRow{404, ExitCode::protocol, false, ""},
    StatusRow{405, ExitCode::protocol, false, ""},
    StatusRow{407, ExitCode::noperm, false, "a proxy wants credentials"},
    StatusRow{408, ExitCode::tempfail, true, "the receiver waited too long; try again later"},
    StatusRow{413, ExitCode::data, false, "the event is too large for the receiver, send less"},
    StatusRow{415, ExitCode::protocol, false, "it does not take JSON"},
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
  return {status, ExitCode::protocol, false, ""};
}

Judgement judge_trouble(const Reply& reply) {
  switch (reply.trouble) {
  case Trouble::unknown_host:
    return {ExitCode::nohost, false, reply.detail + "; check the host name"};
  case Trouble::lookup_failed:
    return {ExitCode::nohost, true, reply.detail + "; check the host name and the name server"};
  case Trouble::no_connection:
    return {ExitCode::unavailable, true, reply.detail + "; is the receiver running?"};
  case Trouble::connect_timed_out:
    return {ExitCode::tempfail, true,
            reply.detail + "; is the host reachable? --connect-timeout gives it longer"};
  case Trouble::no_resources:
    return {ExitCode::tempfail, true, reply.detail + "; this machine has too few, try again later"};
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

bool is_acceptance(int status) {
  return status == 200 || status == 202 || status == 204;
}

Judgement judge(const Reply& reply) {
  if (reply.trouble != Trouble::none) {
    return judge_trouble(reply);
  }
  if (is_acceptance(reply.status)) {
    return {};
  }
  Judgement judgement{.response = printable(reply.body, longest_response)};
  std::string said = "HTTP status " + std::to_string(reply.status);
  if (!judgement.response.empty()) {
    said += ", \"" + judgement.response + '"';
  }
  if (!reply.location.empty()) {
    said +=
        ", a redirect to \"" + printable(reply.location, longest_response) + "\" is not followed";
  }
  const StatusRow row = classify(reply.status);
  judgement.code = row.code;
  judgement.worth_a_retry = row.worth_a_retry;
  judgement.message = said + "; " + std::string{row.reason};
  if (row.code == ExitCode::protocol) {
    judgement.message += row.reason.empty() ? "" : "; ";
    judgement.message += "is it the push endpoint? Loki's path is ";
    judgement.message += push_path;
  }
  return judgement;
}

} // namespace metrics_event
