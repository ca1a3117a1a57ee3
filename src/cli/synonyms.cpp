#include "cli/synonyms.hpp"

#include "base/characters.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

struct Synonym {
  std::string_view flag;
  std::string_view ours;
};

constexpr std::string_view our_url = "--url URL";
constexpr std::string_view our_tenant = "--org-id TENANT";
constexpr std::string_view our_user = "--username NAME with --password-file FILE";
constexpr std::string_view our_token = "--bearer-token-file FILE or METRICS_EVENT_BEARER_TOKEN";
constexpr std::string_view our_password = "--password-file FILE or METRICS_EVENT_PASSWORD";
constexpr std::string_view our_header = "--header 'NAME: VALUE'";
constexpr std::string_view our_any_certificate = "--ca-cert FILE, or --tls-skip-verify";
constexpr std::string_view our_authority = "--ca-cert FILE";
constexpr std::string_view our_proxy = "--proxy URL";
constexpr std::string_view our_time_limit = "--timeout DURATION";
constexpr std::string_view our_retries = "--retries N";
constexpr std::string_view our_quiet = "--quiet";
constexpr std::string_view our_verbose = "--verbose";
constexpr std::string_view our_json = "--output json";
constexpr std::string_view our_output = "--output text|json";
constexpr std::string_view our_dry_run = "--dry-run";
constexpr std::string_view our_config = "--config FILE";
constexpr std::string_view our_label = "--label NAME=VALUE";
constexpr std::string_view our_timestamp = "--timestamp TIME";
constexpr std::string_view our_field = "KEY=VALUE or KEY:=JSON for a field";

constexpr std::array synonyms{
    Synonym{"--endpoint", our_url},
    Synonym{"--addr", our_url},
    Synonym{"--address", our_url},
    Synonym{"--host", our_url},
    Synonym{"--server", our_url},
    Synonym{"--loki-url", our_url},
    Synonym{"--push-url", our_url},
    Synonym{"--location", "the final URL, because redirects are not followed"},
    Synonym{"-L", "the final URL, because redirects are not followed"},
    Synonym{"--tenant", our_tenant},
    Synonym{"--tenant-id", our_tenant},
    Synonym{"--org", our_tenant},
    Synonym{"-u", our_user},
    Synonym{"--user", our_user},
    Synonym{"--token", our_token},
    Synonym{"--api-key", our_token},
    Synonym{"--bearer", our_token},
    Synonym{"--oauth2-bearer", our_token},
    Synonym{"--pass", our_password},
    Synonym{"-H", our_header},
    Synonym{"--headers", our_header},
    Synonym{"-k", our_any_certificate},
    Synonym{"--insecure", our_any_certificate},
    Synonym{"--no-check-certificate", our_any_certificate},
    Synonym{"--skip-verify", our_any_certificate},
    Synonym{"--ca", our_authority},
    Synonym{"--cacert", our_authority},
    Synonym{"--ca-file", our_authority},
    Synonym{"-E", "--cert FILE"},
    Synonym{"-x", our_proxy},
    Synonym{"--proxy-url", our_proxy},
    Synonym{"--noproxy", "--no-proxy HOSTS"},
    Synonym{"-m", our_time_limit},
    Synonym{"--max-time", our_time_limit},
    Synonym{"--deadline", our_time_limit},
    Synonym{"--retry", our_retries},
    Synonym{"--max-retries", our_retries},
    Synonym{"-s", our_quiet},
    Synonym{"--silent", our_quiet},
    Synonym{"--debug", our_verbose},
    Synonym{"--trace", our_verbose},
    Synonym{"--json", our_json},
    Synonym{"-j", our_json},
    Synonym{"--format", our_output},
    Synonym{"--output-format", our_output},
    Synonym{"--dryrun", our_dry_run},
    Synonym{"--no-act", our_dry_run},
    Synonym{"-c", our_config},
    Synonym{"--config-file", our_config},
    Synonym{"--labels", our_label},
    Synonym{"--tag", our_label},
    Synonym{"--time", our_timestamp},
    Synonym{"--ts", our_timestamp},
    Synonym{"-d", our_field},
    Synonym{"--data", our_field},
    Synonym{"-f", "batch FILE"},
    Synonym{"--file", "batch FILE"},
    Synonym{"--stdin", "batch"},
};

} // namespace

std::string_view option_for(std::string_view flag) {
  const auto* const found = std::ranges::find(synonyms, flag, &Synonym::flag);
  return found == synonyms.end() ? std::string_view{} : found->ours;
}

std::string hint_at_field(std::string_view name) {
  std::string key{name};
  std::ranges::replace(key, '-', '_');
  const auto fits = [](char c) { return is_letter_or_digit(c) || c == '_'; };
  return !key.empty() && std::ranges::all_of(key, fits)
             ? "; undeclared fields are written " + key + "=VALUE"
             : "";
}

} // namespace metrics_event
