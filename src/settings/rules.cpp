#include "settings/rules.hpp"

#include "base/text.hpp"
#include "loki/host.hpp"
#include "settings/table.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

using Source = Origin::Source;

// Checks the settings that were resolved; the origins have an entry for each of these.
class SettingRules {
public:
  explicit SettingRules(const Resolved& resolved)
      : settings_{resolved.settings}, origins_{resolved.origins} {}

  void check() const {
    if (origins_.contains("label")) {
      check_labels();
    }
    if (origins_.contains("url") && settings_.url.scheme != Scheme::file) {
      check_credentials();
      if (given("key") && !given("cert")) {
        blame(origin("key"), "a key needs its certificate; give it with --cert");
      }
    }
  }

private:
  // Returns the origin of a setting, which must have been resolved.
  const Origin& origin(std::string_view setting) const { return origins_.find(setting)->second; }
  bool given(std::string_view setting) const {
    return origins_.contains(setting) && origin(setting).source != Source::built_in;
  }
  // A dry run and a disabled program need no complete credentials, because nothing is delivered.
  bool delivers() const { return !settings_.dry_run && !settings_.disabled; }

  static void blame_both(const Origin& one, const Origin& other, const std::string& text) {
    const Origin both{std::max(one.source, other.source), one.name + " and " + other.name};
    blame(both, text);
  }

  void check_labels() const {
    const std::size_t labels = settings_.labels.size();
    if (labels == 0) {
      blame(origin("label"),
            "the last label is removed, and a stream needs one; give another, such as job=NAME");
    }
    if (labels > most_labels) {
      blame(origin("label"), "expected at most " + std::to_string(most_labels) + " labels, got " +
                                 std::to_string(labels));
    }
  }

  // Returns the origin of the first of these settings that is given, or nullptr.
  const Origin* first_given(std::initializer_list<std::string_view> names) const {
    const auto* const found =
        std::ranges::find_if(names, [this](std::string_view name) { return given(name); });
    return found == names.end() ? nullptr : &origin(*found);
  }

  void check_credentials() const {
    const Origin* const url = settings_.url.credentials ? &origin("url") : nullptr;
    const Origin* const basic = first_given({"username", "password", "password-file"});
    const Origin* const bearer = first_given({"bearer-token", "bearer-token-file"});
    if (basic != nullptr && bearer != nullptr) {
      blame_both(*basic, *bearer, "a password and a bearer token exclude each other; give one");
    }
    if (url != nullptr && (basic != nullptr || bearer != nullptr)) {
      blame_both(*url, basic == nullptr ? *bearer : *basic,
                 "the URL has credentials already; leave one of the two out");
    }
    check_pair("password", "password-file");
    check_pair("bearer-token", "bearer-token-file");
    if (basic != nullptr && delivers()) {
      if (!given("username")) {
        blame(*basic, "a password needs a user name; give it with --username");
      }
      if (!given("password") && !given("password-file")) {
        blame(*basic, "a user name needs a password; give --password-file or "
                      "METRICS_EVENT_PASSWORD");
      }
    }
  }

  // Of a secret and a file with the secret, the one from the higher layer takes precedence, so only
  // both in the same layer are ambiguous.
  void check_pair(std::string_view secret, std::string_view file) const {
    if (given(secret) && given(file) && origin(secret).source == origin(file).source) {
      blame_both(origin(secret), origin(file), "both give the same secret; leave one of them out");
    }
  }

  const Settings& settings_;
  const std::map<std::string_view, Origin>& origins_;
};

} // namespace

void check_settings(const Resolved& resolved) {
  SettingRules{resolved}.check();
}

void forget_credentials(Settings& settings) {
  settings.url.credentials.reset();
  settings.headers.clear();
  settings.username.clear();
  settings.password = {};
  settings.password_file.clear();
  settings.bearer_token = {};
  settings.bearer_token_file.clear();
  settings.cert.clear();
  settings.key.clear();
}

std::vector<std::string> risks(const Resolved& resolved) {
  const Settings& settings = resolved.settings;
  std::vector<std::string> risks;
  const auto look_at = [&](const char* name, const Endpoint& endpoint, const char* variable) {
    if (endpoint.has_password() && resolved.origins.at(name).source == Source::flag) {
      risks.push_back("--" + std::string{name} + ": everybody on this machine can see a password " +
                      "on the command line; use " + variable);
    }
  };
  look_at("url", settings.url, "METRICS_EVENT_URL");
  if (settings.query_url) {
    look_at("query-url", *settings.query_url, "METRICS_EVENT_QUERY_URL");
  }
  if (settings.proxy) {
    look_at("proxy", *settings.proxy, "METRICS_EVENT_PROXY");
  }
  for (const char* const name : {"label", "metadata", "header", "org-id"}) {
    const auto origin = resolved.origins.find(name);
    if (settings.url.scheme == Scheme::file && origin != resolved.origins.end() &&
        origin->second.source == Source::flag) {
      risks.push_back(origin->second.name + ": has no effect on a file; leave it out");
    }
  }
  const bool sends_credentials = settings.url.credentials || !settings.username.empty() ||
                                 !settings.bearer_token.empty() ||
                                 !settings.bearer_token_file.empty();
  const auto look_at_way = [&](const Endpoint& endpoint) {
    if ((sends_credentials || endpoint.credentials) && endpoint.scheme == Scheme::http &&
        !is_loopback(endpoint.host)) {
      risks.push_back("credentials are sent to " + endpoint.host +
                      " unencrypted; use an https URL");
    }
  };
  look_at_way(settings.url);
  if (settings.query_url && !settings.query_url->has_origin_of(settings.url)) {
    look_at_way(*settings.query_url);
  }
  if (settings.url.scheme == Scheme::https && settings.tls_skip_verify) {
    risks.push_back(
        resolved.origins.at("tls-skip-verify").name +
        ": the receiver's certificate is not verified, so anybody can impersonate it; use "
        "--ca-cert");
  }
  return risks;
}

std::vector<std::string> misplaced_settings(const Settings& settings) {
  std::vector<std::string> misplaced;
  const auto look_at = [&misplaced](std::string_view table, const Labels& labels) {
    for (const auto& [name, value] : labels) {
      if (std::ranges::find(all_settings(), name, &Setting::name) != all_settings().end()) {
        misplaced.push_back(std::string{table} + ": " + quote(name) +
                            " is the name of a setting, which belongs above a heading such as [" +
                            std::string{table} + ']');
      }
    }
  };
  look_at("label", settings.labels);
  look_at("metadata", settings.metadata);
  return misplaced;
}

} // namespace metrics_event
