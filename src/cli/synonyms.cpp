#include "cli/synonyms.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

struct Synonym {
  std::string_view flag;
  std::string_view ours;
};

constexpr std::string_view url = "--url URL";
constexpr std::string_view tenant = "--org-id TENANT";
constexpr std::string_view user = "--username NAME with --password-file FILE";
constexpr std::string_view token = "--bearer-token-file FILE or METRICS_EVENT_BEARER_TOKEN";
constexpr std::string_view password = "--password-file FILE or METRICS_EVENT_PASSWORD";
constexpr std::string_view header = "--header 'NAME: VALUE'";
constexpr std::string_view any_certificate = "--ca-cert FILE, or --tls-skip-verify";
constexpr std::string_view authority = "--ca-cert FILE";
constexpr std::string_view proxy = "--proxy URL";
constexpr std::string_view time_limit = "--timeout DURATION";
constexpr std::string_view retries = "--retries N";
constexpr std::string_view quiet = "--quiet";
constexpr std::string_view verbose = "--verbose";
constexpr std::string_view json = "--output json";
constexpr std::string_view output = "--output text|json";
constexpr std::string_view dry_run = "--dry-run";
constexpr std::string_view config = "--config FILE";
constexpr std::string_view label = "--label NAME=VALUE";
constexpr std::string_view timestamp = "--timestamp TIME";
constexpr std::string_view field = "KEY=VALUE or KEY:=JSON for a field";

constexpr std::array table{
    Synonym{"--endpoint", url},
    Synonym{"--addr", url},
    Synonym{"--address", url},
    Synonym{"--host", url},
    Synonym{"--server", url},
    Synonym{"--loki-url", url},
    Synonym{"--push-url", url},
    Synonym{"--location", "the final URL, because redirects are not followed"},
    Synonym{"-L", "the final URL, because redirects are not followed"},
    Synonym{"--tenant", tenant},
    Synonym{"--tenant-id", tenant},
    Synonym{"--org", tenant},
    Synonym{"-u", user},
    Synonym{"--user", user},
    Synonym{"--token", token},
    Synonym{"--api-key", token},
    Synonym{"--bearer", token},
    Synonym{"--oauth2-bearer", token},
    Synonym{"--pass", password},
    Synonym{"-H", header},
    Synonym{"--headers", header},
    Synonym{"-k", any_certificate},
    Synonym{"--insecure", any_certificate},
    Synonym{"--no-check-certificate", any_certificate},
    Synonym{"--skip-verify", any_certificate},
    Synonym{"--ca", authority},
    Synonym{"--cacert", authority},
    Synonym{"--ca-file", authority},
    Synonym{"-E", "--cert FILE"},
    Synonym{"-x", proxy},
    Synonym{"--proxy-url", proxy},
    Synonym{"--noproxy", "--no-proxy HOSTS"},
    Synonym{"-m", time_limit},
    Synonym{"--max-time", time_limit},
    Synonym{"--deadline", time_limit},
    Synonym{"--retry", retries},
    Synonym{"--max-retries", retries},
    Synonym{"-s", quiet},
    Synonym{"--silent", quiet},
    Synonym{"--debug", verbose},
    Synonym{"--trace", verbose},
    Synonym{"--json", json},
    Synonym{"-j", json},
    Synonym{"--format", output},
    Synonym{"--output-format", output},
    Synonym{"--dryrun", dry_run},
    Synonym{"--no-act", dry_run},
    Synonym{"-c", config},
    Synonym{"--config-file", config},
    Synonym{"--labels", label},
    Synonym{"--tag", label},
    Synonym{"--time", timestamp},
    Synonym{"--ts", timestamp},
    Synonym{"-d", field},
    Synonym{"--data", field},
    Synonym{"-f", "batch FILE"},
    Synonym{"--file", "batch FILE"},
    Synonym{"--stdin", "batch"},
};

} // namespace

std::string_view option_for(std::string_view flag) {
  const auto* const found = std::ranges::find(table, flag, &Synonym::flag);
  return found == table.end() ? std::string_view{} : found->ours;
}

} // namespace metrics_event
