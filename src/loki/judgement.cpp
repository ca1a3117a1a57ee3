#include "loki/judgement.hpp"

#include "base/text.hpp"
#include "base/url_text.hpp"
#include "loki/status.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace metrics_event {
namespace {

constexpr std::size_t longest_response = 1024;

// What a status or the words of an answer mean.
struct Meaning {
  ExitCode code;
  bool worth_a_retry;
  std::string_view reason;
  Ending ending = Ending::refused;
};

struct StatusRow {
  int status;
  Meaning meaning;
};

constexpr std::string_view wrong_endpoint =
    "is it the push endpoint? Loki's path is /loki/api/v1/push";

constexpr std::array known_statuses{
    StatusRow{ingestion_blocked,
              {ExitCode::noperm, false, "ingestion is blocked; ask whoever runs the receiver"}},
    StatusRow{400, {ExitCode::data, false, "the receiver refused the event"}},
    StatusRow{
        401,
        {ExitCode::noperm, false,
         "the receiver rejected the credentials; check --username and --password-file (Grafana "
         "Cloud: the numeric user and a token with logs:write) or --bearer-token-file, and the "
         "tenant (--org-id)"}},
    StatusRow{403,
              {ExitCode::noperm, false,
               "the receiver denied access; check the credentials and the tenant (--org-id)"}},
    StatusRow{404, {ExitCode::protocol, false, wrong_endpoint}},
    StatusRow{405, {ExitCode::protocol, false, wrong_endpoint}},
    StatusRow{408,
              {ExitCode::tempfail, true, "the receiver waited too long; try again later",
               Ending::ambiguous}},
    StatusRow{413,
              {ExitCode::data, false, "the event is too large for the receiver; make it smaller"}},
    StatusRow{415,
              {ExitCode::protocol, false,
               "the server does not accept JSON; is it the push endpoint? Loki's path is "
               "/loki/api/v1/push"}},
    StatusRow{422, {ExitCode::data, false, "the receiver refused the event"}},
    StatusRow{425, {ExitCode::tempfail, true, "the receiver is not ready; try again later"}},
    StatusRow{
        too_many_requests,
        {ExitCode::tempfail, true, "the rate limit of the receiver was exceeded; try again later"}},
};

Meaning meaning_of(int status) {
  const auto* const known = std::ranges::find(known_statuses, status, &StatusRow::status);
  if (known != known_statuses.end()) {
    return known->meaning;
  }
  if (status >= 500 && status <= 599) { // Loki answers 500 also when it has stored the push
    return {ExitCode::tempfail, true, "the receiver failed; try again later", Ending::ambiguous};
  }
  return {ExitCode::protocol, false, wrong_endpoint};
}

// Words that say more than the status of the answer.
struct WordsRow {
  int status; // 0: any
  std::string_view words;
  Meaning meaning;
};

constexpr Meaning bad_tenant{ExitCode::noperm, false,
                             "the receiver does not know the tenant; check --org-id"};

constexpr std::array known_words{
    WordsRow{0,
             "ingestion blocked",
             {ExitCode::noperm, false, "ingestion is blocked; ask whoever runs the receiver"}},
    WordsRow{400,
             "unsupported path requested", // VictoriaLogs
             {ExitCode::protocol, false,
              "is it the push endpoint? VictoriaLogs' path is /insert/loki/api/v1/push"}},
    WordsRow{400, "no org id", bad_tenant},
    WordsRow{400, "invalid tenant ID", bad_tenant},
    WordsRow{400, "multiple org IDs present", bad_tenant},
    WordsRow{400, "cannot parse common params", bad_tenant}, // VictoriaLogs, like the next two
    WordsRow{400, "cannot parse accountID", bad_tenant},
    WordsRow{400, "cannot parse projectID", bad_tenant},
    WordsRow{too_many_requests,
             "aximum active stream limit exceeded", // "Maximum" before Loki 3
             {ExitCode::tempfail, false,
              "the labels make too many streams; use labels with few values"}},
};

// Only the words before the first quotation mark or brace are searched: what follows them may be
// the caller's own labels.
std::optional<Meaning> meaning_of_words(const Reply& reply) {
  const std::string_view body = reply.body;
  const std::string_view words = body.substr(0, body.find_first_of("\"'{"));
  const auto* const known = std::ranges::find_if(known_words, [&](const WordsRow& row) {
    return (row.status == 0 || row.status == reply.status) && words.find(row.words) != words.npos;
  });
  return known == known_words.end() ? std::nullopt : std::optional{known->meaning};
}

bool is_web_page(const Reply& reply) {
  const std::size_t begin = reply.body.find_first_not_of(" \t\r\n");
  return reply.content_type.starts_with("text/html") ||
         (begin != std::string::npos && reply.body[begin] == '<');
}

// Classifies a status that the proxy itself sent. It says nothing about the event, so it never
// yields `data`.
Meaning meaning_at_proxy(int status) {
  if (status == 407 || status == 401) {
    return {ExitCode::noperm, false,
            "the proxy rejected the credentials; give user:password@ in its URL"};
  }
  if (status == 403) {
    return {ExitCode::noperm, false, "the proxy does not allow connections to the receiver"};
  }
  if (status >= 500 && status <= 599) {
    return {ExitCode::tempfail, true, "the proxy cannot reach the receiver; try again later"};
  }
  return {ExitCode::protocol, false,
          "is it a proxy? metrics-event check shows where its URL comes from"};
}

// A web server answers 400 when a client gets TLS wrong. That says nothing about the event, which
// must not be given up because of it. Only the wording of the page reveals this case. Receivers
// answer 400 in plain text, which is never searched.
std::optional<Meaning> complaint_about_tls(const Reply& reply) {
  const auto says = [&reply](std::string_view words) {
    return reply.body.find(words) != std::string::npos;
  };
  if (reply.status != 400 || reply.content_type.starts_with("text/plain")) {
    return std::nullopt;
  }
  if (says("SSL certificate")) { // nginx
    return Meaning{ExitCode::protocol, false,
                   "the receiver rejected the client certificate; check --cert and --key"};
  }
  // These are the wordings of nginx, Go and Apache, in this order.
  if (says("HTTPS port") || says("HTTPS server") || says("SSL-enabled server port")) {
    return Meaning{ExitCode::protocol, false, "the port speaks TLS; use an https URL"};
  }
  return std::nullopt;
}

// The whole body is searched, because Loki may put its reason after the labels of the stream,
// which may be long.
bool is_about_age(std::string_view body) {
  return body.find("too old") != body.npos || body.find("too far behind") != body.npos ||
         body.find("too new") != body.npos;
}

// Returns the time that Loki names when entries are too old or too far behind.
std::optional<Instant> oldest_accepted(std::string_view body) {
  constexpr std::string_view words = "oldest acceptable timestamp is: ";
  const std::size_t found = body.find(words);
  if (found == body.npos) {
    return std::nullopt;
  }
  body.remove_prefix(found + words.size());
  const auto time = parse_timestamp(body.substr(0, body.find_first_of("', \n;")));
  return time ? std::optional{*time} : std::nullopt;
}

// Returns whether a receiver refuses a push because it does not know structured metadata: Loki 2.8
// cannot read such a push, and later versions may have the feature switched off.
bool is_about_metadata(std::string_view body) {
  return body.find("unmarshalerDecoder") != body.npos ||
         (body.find("structured metadata") != body.npos && body.find("disallowed") != body.npos);
}

// Returns whether a receiver may have stored some of the entries of a push that it refuses. Loki
// stores the good ones, also those that come before a stream's rate limit.
bool may_be_stored_in_part(const Reply& reply, const Meaning& meaning) {
  return is_refused(meaning.code) || (reply.status == too_many_requests &&
                                      reply.body.find("er stream rate limit") != std::string::npos);
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

// Returns how an attempt ended that got no complete answer.
Ending ending_without_answer(const Reply& reply) {
  return reply.is_sent ? Ending::ambiguous : Ending::not_sent;
}

Judgement judge_trouble(const Reply& reply) {
  const std::string place = reply.proxy.empty() ? ""
                            : reply.at_proxy    ? "at the proxy, "
                                                : "behind the proxy " + reply.proxy + ", ";
  const std::string what = place + reply.detail;
  const auto judgement = [&](ExitCode code, bool worth_a_retry, const std::string& remedy) {
    return Judgement{ending_without_answer(reply), code, worth_a_retry, what + remedy};
  };
  switch (reply.trouble) {
  case Trouble::unknown_host: return judgement(ExitCode::nohost, false, "; check the host name");
  case Trouble::lookup_failed:
    return judgement(ExitCode::nohost, true, "; check the host name and the name server");
  case Trouble::no_connection:
    return judgement(ExitCode::unavailable, true,
                     reply.at_proxy ? "; check that the proxy is running"
                                    : "; check that the receiver is running");
  case Trouble::connect_timed_out:
    return judgement(ExitCode::tempfail, true, "; check the host, or raise --connect-timeout");
  case Trouble::no_resources:
    return judgement(ExitCode::tempfail, true,
                     "; this machine has too few resources; try again later");
  case Trouble::timed_out:
    return judgement(ExitCode::tempfail, true, "; try again later or raise --timeout");
  case Trouble::connection_lost:
    return judgement(ExitCode::tempfail, true,
                     std::string{"; try again later"} +
                         (reply.is_silent && reply.proxy.empty()
                              ? ", or use https:// if the port speaks TLS"
                              : ""));
  case Trouble::tls_failed: return judgement(ExitCode::protocol, false, "");
  case Trouble::not_http: return judgement(ExitCode::protocol, false, "; check the port");
  case Trouble::interrupted: return judgement(ExitCode::tempfail, false, "");
  case Trouble::none: break;
  }
  return judgement(ExitCode::software, false, "a reply without trouble is judged as trouble");
}

// Returns the meaning of a complete answer; nothing when it means that the push was accepted.
std::optional<Meaning> meaning_of(const Reply& reply, bool at_proxy) {
  if (at_proxy) {
    return meaning_at_proxy(reply.status);
  }
  if (const auto by_words = meaning_of_words(reply)) {
    return by_words;
  }
  if (const auto complaint = complaint_about_tls(reply)) {
    return complaint;
  }
  if (!is_acceptance(reply.status)) {
    return meaning_of(reply.status);
  }
  constexpr Meaning page{ExitCode::protocol, false,
                         "the answer is a web page; is it the push endpoint? Loki's path is "
                         "/loki/api/v1/push"};
  return is_web_page(reply) ? std::optional{page} : std::nullopt;
}

} // namespace

Judgement judge(const Reply& reply, std::size_t entries) {
  if (reply.trouble != Trouble::none) {
    return judge_trouble(reply);
  }
  const bool at_proxy = reply.at_proxy || reply.status == 407; // only a proxy sends 407
  const std::optional<Meaning> meaning = meaning_of(reply, at_proxy);
  if (!meaning) {
    return {};
  }
  const bool is_partial = entries > 1 && may_be_stored_in_part(reply, *meaning);
  Judgement judgement{.ending = is_partial ? Ending::ambiguous : meaning->ending,
                      .code = meaning->code,
                      .worth_a_retry = meaning->worth_a_retry,
                      .is_about_age = is_about_age(reply.body),
                      .is_behind_stream = reply.body.find("too far behind") != std::string::npos,
                      .oldest_accepted = oldest_accepted(reply.body),
                      .response = printable(words_of(reply), longest_response),
                      .is_about_tenant =
                          meaning->code == ExitCode::noperm || reply.status == too_many_requests};
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
  judgement.message = said + "; " + std::string{meaning->reason};
  if (is_refused(meaning->code) && is_about_metadata(reply.body)) {
    judgement.message += "; structured metadata needs Loki 3; try without --metadata";
  }
  return judgement;
}

bool is_refused_as_empty(const Reply& reply) {
  return reply.status == 422 &&
         reply.body.find("at least one valid stream is required") != std::string::npos;
}

Failure undelivered(const std::string& what, const Judgement& judgement, bool may_be_stored) {
  return {judgement.code, "cannot deliver " + what + ": " + judgement.message +
                              (may_be_stored ? "; it may have been stored" : "")};
}

} // namespace metrics_event
