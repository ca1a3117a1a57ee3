#include "commands/check_findings.hpp"

#include "base/http_date.hpp"
#include "base/quantity.hpp"
#include "base/text.hpp"
#include "loki/entry.hpp"

#include <algorithm>
#include <chrono>

namespace metrics_event {
namespace {

using namespace std::chrono;
using Result = Finding::Result;

constexpr auto soon = days{14};
constexpr auto unremarkable_skew = 2s; // the Date header has a resolution of one second
constexpr auto remarkable_skew = 5min;
constexpr std::size_t longest_words = 200;

Finding finding_of_certificate(const Certificate& certificate, Instant now) {
  const auto left = floor<days>(certificate.expires - now);
  const bool is_over = left < days{0};
  const std::string text = "of " + certificate.subject + ", issued by " + certificate.issuer +
                           (is_over ? ", expired on " : ", expires on ") +
                           iso_date(certificate.expires);
  if (is_over || left >= soon) {
    return {"certificate", is_over ? Result::warning : Result::ok, text};
  }
  return {"certificate", Result::warning,
          text + ", in " + spoken(certificate.expires - floor<seconds>(now))};
}

} // namespace

std::vector<Finding> findings_of_trace(const Route& route, const Reply& reply, Instant now) {
  std::vector<Finding> findings;
  const Trace& trace = reply.trace;
  if (route.proxy) {
    findings.push_back({"proxy", Result::note, route.proxy->url()});
  }
  if (trace.addresses.empty()) {
    findings.push_back({"lookup", Result::failed, reply.detail});
    return findings;
  }
  const std::string whose = route.proxy ? ", of the proxy" : "";
  findings.push_back({"lookup", Result::ok, enumeration(trace.addresses) + whose});
  if (trace.peer.empty()) {
    findings.push_back({"connection", Result::failed, reply.detail});
    return findings;
  }
  findings.push_back({"connection", Result::ok, trace.peer + whose});
  const bool is_https = route.endpoint.scheme == Scheme::https;
  if (is_https && reply.trouble != Trouble::none && !reply.at_proxy && trace.tls_version.empty()) {
    findings.push_back({"tls", Result::failed, reply.detail});
  } else if (!trace.tls_version.empty()) {
    findings.push_back({"tls", Result::ok, trace.tls_version});
  }
  if (trace.certificate) {
    findings.push_back(finding_of_certificate(*trace.certificate, now));
  }
  return findings;
}

Finding compare_clocks(const Reply& reply, Instant now) {
  const auto theirs = parse_http_date(reply.date, floor<seconds>(now));
  if (!theirs) {
    return {"clock", Result::note, "the receiver does not tell its time"};
  }
  const auto ahead = floor<seconds>(now) - *theirs;
  if (abs(ahead) <= unremarkable_skew) {
    return {"clock", Result::ok, "the same as the receiver's"};
  }
  const std::string text = "this machine is " + spoken(abs(ahead)) +
                           (ahead > 0s ? " ahead of the receiver" : " behind the receiver");
  if (ahead > most_ahead || -ahead > most_behind) {
    return {"clock", Result::failed,
            text + ", and Loki refuses entries more than " +
                (ahead > 0s ? "10 min ahead" : "7 days old") + "; set the clock"};
  }
  return abs(ahead) >= remarkable_skew ? Finding{"clock", Result::warning, text + "; set the clock"}
                                       : Finding{"clock", Result::ok, text};
}

std::vector<std::string> ready_targets(const Endpoint& endpoint) {
  const std::string path = endpoint.path();
  std::vector<std::string> targets;
  const auto add = [&targets](const std::string& target) {
    if (std::ranges::find(targets, target) == targets.end()) {
      targets.push_back(target);
    }
  };
  for (const std::string_view ending : {push_path, std::string_view{"/api/v1/push"}}) {
    if (path.ends_with(ending)) {
      add(path.substr(0, path.size() - ending.size()) + "/ready");
    }
  }
  add("/ready");
  add("/-/ready");
  return targets;
}

bool knows_readiness(const Reply& reply) {
  return (reply.status >= 200 && reply.status <= 299) || reply.status == 503;
}

Finding finding_of_readiness(std::span<const std::string> targets, std::span<const Reply> replies) {
  std::vector<std::string> answers;
  for (std::size_t i = 0; i < replies.size(); ++i) {
    const Reply& reply = replies[i];
    const std::string answer =
        targets[i] +
        (reply.status == 0 ? ": " + reply.detail : " answered " + std::to_string(reply.status));
    if (knows_readiness(reply) && reply.status != 503) {
      return {"ready", Result::ok, "GET " + answer};
    }
    if (knows_readiness(reply)) {
      const std::string words = printable(reply.body, longest_words);
      return {"ready", Result::warning,
              "GET " + answer + (words.empty() ? "" : ", \"" + words + '"')};
    }
    answers.push_back(answer);
  }
  return {"ready", Result::note, "unknown, GET " + enumeration(answers)};
}

Finding finding_of_query(Stored stored, int http_status, const std::string& trouble) {
  if (stored == Stored::found) {
    return {"query", Result::ok, "the event came back"};
  }
  if (stored == Stored::unknown) {
    return {"query", Result::warning,
            trouble + "; an event whose answer is lost then waits in the spool, or ends with 75"};
  }
  if (stored != Stored::impossible) {
    return {"query", Result::ok, "the receiver says whether it has an event"};
  }
  const bool is_forbidden = http_status == 401 || http_status == 403;
  const bool is_not_found = http_status == 404 || http_status == 405;
  return {"query", Result::warning,
          (is_forbidden   ? "forbidden: "
           : is_not_found ? "not found: "
                          : "not Loki: ") +
              trouble + "; an event whose answer is lost may be stored twice"};
}

Finding finding_of_no_query() {
  return {"query", Result::note,
          "no query URL is known, so an event whose answer is lost may be stored twice; give "
          "--query-url"};
}

} // namespace metrics_event
