#include "loki/query.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "base/url_text.hpp"
#include "base/version.hpp"
#include "json/writer.hpp"
#include "loki/logql.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view loki_query_path = "/loki/api/v1/query_range";
constexpr std::string_view victoria_push_path = "/insert/loki/api/v1/push";
constexpr std::string_view victoria_query_path = "/select/logsql/query";
constexpr std::string_view end_of_loki_query_path = "/query_range";
constexpr std::size_t longest_get = 4096; // gateways take 8 KiB for the line and its headers

// Returns the path of the query API that belongs to a path of the push API; empty when unknown.
std::string query_path_for(const std::string& path) {
  constexpr std::array known{std::pair{victoria_push_path, victoria_query_path},
                             std::pair{push_path, loki_query_path}};
  for (const auto& [push, query] : known) {
    if (path.ends_with(push)) {
      return path.substr(0, path.size() - push.size()).append(query);
    }
  }
  return "";
}

// The options of a push that VictoriaLogs takes from the URL or from headers.
class VictoriaOptions {
public:
  VictoriaOptions(const Endpoint& push, const ExtraHeaders& headers) {
    for (const auto& [name, value] : headers) {
      const std::string lower = lower_case(name);
      if (lower.starts_with(header_prefix)) {
        add('_' + lower.substr(header_prefix.size()), value);
      }
    }
    for (const auto& [name, value] : query_pairs(push)) { // they take precedence
      add(name, value);
    }
  }

  // Returns whether we can tell what an entry becomes.
  bool are_known() const { return are_known_; }
  std::vector<std::string> message_fields() const { return message_fields_; }

private:
  static constexpr std::string_view header_prefix = "vl-";

  void add(std::string name, const std::string& value) {
    std::ranges::replace(name, '-', '_');
    if (name == "_msg_field") {
      message_fields_ = split(value);
    } else if (name != "_stream_fields" && name != "_time_field") {
      are_known_ = false; // it may leave fields out, rename or add them
    }
    are_known_ = are_known_ && value.find_first_of("%+") == std::string::npos;
  }

  static std::vector<std::string> split(std::string_view names) {
    std::vector<std::string> all;
    while (!names.empty()) {
      const std::size_t end = std::min(names.find(','), names.size());
      all.emplace_back(names.substr(0, end));
      names.remove_prefix(std::min(end + 1, names.size()));
    }
    return all;
  }

  std::vector<std::string> message_fields_{"_msg"};
  bool are_known_ = true;
};

std::string log_sql(const Labels& labels) {
  return joined(labels, " ", [](const auto& label) {
    return json_string(label.first) + ":=" + json_string(label.second);
  });
}

// VictoriaLogs takes its tenant `ACCOUNT:PROJECT` in two headers when it is queried.
void add_tenant(Headers& headers, QueryApi api, const std::string& org_id) {
  if (org_id.empty()) {
    return;
  }
  if (api == QueryApi::loki) {
    headers.emplace_back("X-Scope-OrgID", org_id);
    return;
  }
  const std::size_t colon = std::min(org_id.find(':'), org_id.size());
  headers.emplace_back("AccountID", org_id.substr(0, colon));
  if (colon < org_id.size()) {
    headers.emplace_back("ProjectID", org_id.substr(colon + 1));
  }
}

} // namespace

std::chrono::milliseconds QueryPlace::blind_time() const {
  return api == QueryApi::loki ? 0s : 5s;
}

bool QueryPlace::returns(Instant entry_time, Instant now) const {
  constexpr auto longest_in_memory = 150min;
  return api != QueryApi::loki || now - entry_time <= longest_in_memory;
}

Parsed<Endpoint> parse_query_url(std::string_view url) {
  constexpr std::string_view expected = "a URL whose path ends in /query_range (Loki) or "
                                        "/select/logsql/query (VictoriaLogs), without a query";
  auto endpoint = parse_endpoint_with_path(url, loki_query_path);
  const auto is_known = [](const Endpoint& one) {
    return one.scheme != Scheme::file && one.target.find('?') == std::string::npos &&
           (one.target.ends_with(end_of_loki_query_path) ||
            one.target.ends_with(victoria_query_path));
  };
  if (endpoint && !is_known(*endpoint)) {
    return Mismatch::saying("expected " + std::string{expected});
  }
  return endpoint;
}

std::optional<QueryPlace> query_place(const Endpoint& push, const ExtraHeaders& headers,
                                      const std::optional<Endpoint>& given) {
  Endpoint derived{.scheme = push.scheme, .host = push.host, .port = push.port, .zone = push.zone};
  derived.target = query_path_for(push.path());
  const bool is_derived = push.scheme != Scheme::file && !derived.target.empty();
  if (push.scheme == Scheme::file || (!given && !is_derived)) {
    return std::nullopt;
  }
  QueryPlace place{.endpoint = given.value_or(derived)};
  place.may_add_labels =
      !place.endpoint.has_origin_of(derived) || place.endpoint.target != derived.target;
  if (place.endpoint.target.ends_with(victoria_query_path)) {
    const VictoriaOptions options{push, headers};
    if (!options.are_known()) {
      return std::nullopt;
    }
    place.api = QueryApi::victoria_logs;
    place.message_fields = options.message_fields();
  }
  return place;
}

std::string query_parameters(const QueryPlace& place, const Labels& labels,
                             const TimeRange& times) {
  const bool is_loki = place.api == QueryApi::loki;
  const auto after = [](Instant time) { return time + std::chrono::nanoseconds{1}; };
  return "query=" + percent_encoded(is_loki ? stream_selector(labels) : log_sql(labels)) +
         "&start=" + unix_nanoseconds(times.first) +
         // The end of a range is the first time beyond it for Loki.
         "&end=" + unix_nanoseconds(is_loki ? after(times.last) : times.last) +
         "&limit=" + std::to_string(most_entries_an_answer) + (is_loki ? "&direction=forward" : "");
}

Request query_request(Route route, const QueryPlace& place, const std::string& org_id,
                      const std::string& parameters) {
  Request request{.route = std::move(route), .keeps_connection = true, .is_query = true};
  request.headers = {{"User-Agent", "metrics-event/" + std::string{version}},
                     // Loki's query front end would give an empty answer again.
                     {"Cache-Control", "no-cache"}};
  if (place.api == QueryApi::loki) {
    request.headers.emplace_back("X-Loki-Response-Encoding-Flags", "categorize-labels");
  }
  add_tenant(request.headers, place.api, org_id);
  const ExtraHeaders& more = request.route.headers;
  request.headers.insert(request.headers.end(), more.begin(), more.end());
  if (parameters.size() > longest_get) {
    request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    request.body = parameters;
  } else {
    request.method = "GET";
    request.route.endpoint.target += '?' + parameters;
  }
  return request;
}

} // namespace metrics_event
