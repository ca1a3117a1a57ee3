#include "loki/judgement.hpp"

#include "base/text.hpp"
#include "loki/status.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace metrics_event {
namespace {

constexpr std::size_t longest_response = 1024;

struct StatusRow {
  int status;
  ExitCode code;
  bool worth_a_retry;
  std::string_view reason;
};

constexpr std::string_view wrong_endpoint =
    "is it the push endpoint? Loki's path is /loki/api/v1/push";

constexpr std::array known_statuses{
    StatusRow{ingestion_blocked, ExitCode::noperm, false,
              "ingestion is blocked, ask who runs the receiver"},
    StatusRow{400, ExitCode::data, false, "the receiver refused the event"},
    StatusRow{401, ExitCode::noperm, false,
              "the receiver wants credentials that it knows (--username, --bearer-token-file) or a "
              "tenant (--org-id)"},
    StatusRow{403, ExitCode::noperm, false,
              "the receiver forbids it, check the credentials and the tenant (--org-id)"},
    StatusRow{404, ExitCode::protocol, false, wrong_endpoint},
    StatusRow{405, ExitCode::protocol, false, wrong_endpoint},
    StatusRow{408, ExitCode::tempfail, true, "the receiver waited too long; try again later"},
    StatusRow{413, ExitCode::data, false, "the event is too large for the receiver, send less"},
    StatusRow{415, ExitCode::protocol, false,
              "it does not take JSON; is it the push endpoint? Loki's path is /loki/api/v1/push"},
    StatusRow{422, ExitCode::data, false, "the receiver refused the event"},
    StatusRow{425, ExitCode::tempfail, true, "the receiver is not ready; try again later"},
    StatusRow{too_many_requests, ExitCode::tempfail, true,
              "the receiver's rate limit; try again later"},
};

StatusRow classify(int status) {
  const auto* const known = std::ranges::find(known_statuses, status, &StatusRow::status);
  if (known != known_statuses.end()) {
    return *known;
  }
  if (status >= 500 && status <= 599) {
    return {status, ExitCode::tempfail, true, "the receiver is in trouble; try again later"};
  }
  return {status, ExitCode::protocol, false, wrong_endpoint};
}

// Classifies a status that the proxy itself sent. It says nothing about the event, so it never
// yields `data`.
StatusRow classify_of_proxy(int status) {
  if (status == 407 || status == 401) {
    return {status, ExitCode::noperm, false,
            "it wants credentials that it knows: user:password@ in its URL"};
  }
  if (status == 403) {
    return {status, ExitCode::noperm, false, "it forbids the way to the receiver"};
  }
  if (status >= 500 && status <= 599) {
    return {status, ExitCode::tempfail, true, "it cannot reach the receiver; try again later"};
  }
  return {status, ExitCode::protocol, false,
          "is it a proxy? metrics-event check says who names it"};
}

// A web server answers 400 when a client gets TLS wrong. That says nothing about the event, which
// must not be given up because of it. Only the wording of the page reveals this case. Receivers
// answer 400 in plain text, which is never searched.
std::optional<StatusRow> complaint_about_tls(const Reply& reply) {
  const auto says = [&reply](std::string_view words) {
    return reply.body.find(words) != std::string::npos;
  };
  if (reply.status != 400 || reply.content_type.starts_with("text/plain")) {
    return std::nullopt;
  }
  if (says("SSL certificate")) { // nginx
    return StatusRow{400, ExitCode::protocol, false,
                     "the receiver wants a client certificate that it knows; check --cert, --key"};
  }
  // These are the wordings of nginx, Go and Apache, in this order.
  if (says("HTTPS port") || says("HTTPS server") || says("SSL-enabled server port")) {
    return StatusRow{400, ExitCode::protocol, false, "the port speaks TLS, use an https URL"};
  }
  return std::nullopt;
}

// The whole body is searched, because Loki may put its reason behind the labels of the stream,
// which may be long.
bool is_about_age(std::string_view body) {
  return body.find("too old") != body.npos || body.find("too far behind") != body.npos;
}

// Returns the title of an HTML page, and the whole body of any other reply.
std::string_view words_of(const Reply& reply) {
  constexpr std::string_view begin = "<title>";
  const std::string_view body = reply.body;
  const std::size_t start = body.find(begin);
  const std::size_t end = body.find("</title>");
  if (!reply.content_type.starts_with("text/html") || start == body.npos || end == body.npos ||
      end < start) {
    return body;
  }
  return body.substr(start + begin.size(), end - start - begin.size());
}

Judgement judge_trouble(const Reply& reply) {
  const std::string place = reply.proxy.empty() ? ""
                            : reply.at_proxy    ? "at the proxy, "
                                                : "behind the proxy " + reply.proxy + ", ";
  const std::string what = place + reply.detail;
  switch (reply.trouble) {
  case Trouble::unknown_host: return {ExitCode::nohost, false, what + "; check the host name"};
  case Trouble::lookup_failed:
    return {ExitCode::nohost, true, what + "; check the host name and the name server"};
  case Trouble::no_connection:
    return {ExitCode::unavailable, true,
            what + (reply.at_proxy ? "; is the proxy running?" : "; is the receiver running?")};
  case Trouble::connect_timed_out:
    return {ExitCode::tempfail, true,
            what + "; is the host reachable? --connect-timeout gives it longer"};
  case Trouble::no_resources:
    return {ExitCode::tempfail, true, what + "; this machine has too few, try again later"};
  case Trouble::timed_out:
    return {ExitCode::tempfail, true, what + "; try again later or raise --timeout"};
  case Trouble::connection_lost: return {ExitCode::tempfail, true, what + "; try again later"};
  case Trouble::tls_failed: return {ExitCode::protocol, false, what};
  case Trouble::not_http: return {ExitCode::protocol, false, what + "; check the port"};
  case Trouble::interrupted: return {ExitCode::tempfail, false, what};
  case Trouble::none: break;
  }
  return {ExitCode::software, false, "a reply without trouble is judged as trouble"};
}

} // namespace

Judgement judge(const Reply& reply) {
  if (reply.trouble != Trouble::none) {
    return judge_trouble(reply);
  }
  if (is_acceptance(reply.status)) {
    return {};
  }
  Judgement judgement{.is_about_age = is_about_age(reply.body),
                      .response = printable(words_of(reply), longest_response)};
  const bool at_proxy = reply.at_proxy || reply.status == 407; // only a proxy sends 407
  std::string said = "HTTP status " + std::to_string(reply.status);
  if (at_proxy) {
    said += " of the proxy" + (reply.proxy.empty() ? "" : ' ' + reply.proxy);
  } else if (!reply.proxy.empty()) {
    said += " through the proxy " + reply.proxy;
  }
  if (!judgement.response.empty()) {
    said += ", \"" + judgement.response + '"';
  }
  if (!reply.location.empty()) {
    said += ", a redirect to \"" + printable(redacted_url(reply.location), longest_response) +
            "\" is not followed";
  }
  const StatusRow row = at_proxy ? classify_of_proxy(reply.status)
                                 : complaint_about_tls(reply).value_or(classify(reply.status));
  judgement.code = row.code;
  judgement.worth_a_retry = row.worth_a_retry;
  judgement.is_about_tenant = row.code == ExitCode::noperm || row.status == too_many_requests;
  judgement.message = said + "; " + std::string{row.reason};
  return judgement;
}

std::string explain(const Judgement& judgement, bool had_metadata) {
  const bool may_be_metadata = had_metadata && is_refused(judgement.code);
  return judgement.message +
         (may_be_metadata ? "; structured metadata needs Loki 3, try without --metadata" : "");
}

Failure undelivered(const std::string& what, const Judgement& judgement, bool had_metadata) {
  return {judgement.code, "cannot deliver " + what + ": " + explain(judgement, had_metadata)};
}

} // namespace metrics_event
