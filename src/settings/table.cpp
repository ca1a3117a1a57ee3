#include "settings/table.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "loki/query.hpp"
#include "settings/values.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

namespace metrics_event {
namespace {

using Kind = Setting::Kind;
using Places = Setting::Places;
using Group = Setting::Group;

// Completes a row by the member of Settings and its parser. `read` either returns the value of a
// text, or adds the text to the value.
template <auto member, auto read>
constexpr Setting row(Setting setting) {
  setting.assign = [](Settings& settings, std::string_view text) -> std::optional<Mismatch> {
    auto& value = settings.*member;
    if constexpr (std::is_invocable_v<decltype(read), decltype(value), std::string_view>) {
      return read(value, text);
    } else {
      auto parsed = read(text);
      if (!parsed) {
        return parsed.error();
      }
      value = *std::move(parsed);
      return std::nullopt;
    }
  };
  setting.show = [](const Settings& settings) { return shown(settings.*member); };
  return setting;
}

template <bool Settings::*member>
constexpr Setting toggle(Setting setting) {
  setting.kind = Kind::toggle;
  setting.default_text = "false";
  return row<member, parse_bool>(setting);
}

template <auto member, class Enum = std::remove_cvref_t<decltype(Settings{}.*member)>>
constexpr Setting choice(Setting setting) {
  setting.choices = words<Enum>;
  return row<member, parse_choice<Enum>>(setting);
}

constexpr std::array url_variables{FallbackVariable{"PROMTAIL_PUSH_API_URL"},
                                   FallbackVariable{"LOKI_ADDR"}};
constexpr std::array org_id_variables{FallbackVariable{"LOKI_ORG_ID"}};
constexpr std::array username_variables{FallbackVariable{"LOKI_USERNAME"}};
constexpr std::array password_variables{FallbackVariable{"LOKI_PASSWORD"}};
constexpr std::array bearer_token_variables{FallbackVariable{"LOKI_BEARER_TOKEN"}};
constexpr std::array bearer_token_file_variables{FallbackVariable{"LOKI_BEARER_TOKEN_FILE"}};
constexpr std::array ca_cert_variables{FallbackVariable{"LOKI_CA_CERT_PATH"}};
constexpr std::array cert_variables{FallbackVariable{"LOKI_CLIENT_CERT_PATH"}};
constexpr std::array key_variables{FallbackVariable{"LOKI_CLIENT_KEY_PATH"}};
constexpr std::array tls_skip_verify_variables{FallbackVariable{"LOKI_TLS_SKIP_VERIFY"}};
// Returns whether a proxy variable applies. One that would not be used is not even checked. The row
// `proxy` therefore comes after `url` and `no-proxy`.
template <Scheme... schemes>
bool is_proxied(const Settings& settings) {
  return ((settings.url.scheme == schemes) || ...) && !goes_direct(settings.url, settings.no_proxy);
}

// HTTP_PROXY is left out, as in curl: in a CGI program, the `Proxy` header of a request sets it.
constexpr std::array proxy_variables{
    FallbackVariable{"https_proxy", "with https URLs", is_proxied<Scheme::https>},
    FallbackVariable{"HTTPS_PROXY", "with https URLs", is_proxied<Scheme::https>},
    FallbackVariable{"http_proxy", "with http URLs", is_proxied<Scheme::http>},
    FallbackVariable{"all_proxy", "", is_proxied<Scheme::http, Scheme::https>},
    FallbackVariable{"ALL_PROXY", "", is_proxied<Scheme::http, Scheme::https>}};
// Returns whether a list of exceptions from the use of a proxy is looked at.
bool asks_for_proxy(const Settings& settings) {
  return settings.proxy.has_value() && !goes_direct(settings.url, "");
}

constexpr std::array no_proxy_variables{FallbackVariable{"no_proxy"}, FallbackVariable{"NO_PROXY"}};

constexpr std::array table{
    row<&Settings::url, parse_endpoint>(
        {.name = "url",
         .placeholder = "URL",
         .fallback_variables = url_variables,
         .default_text = "http://localhost:3100/loki/api/v1/push",
         .help = "the receiver: a base URL or the full push URL",
         .details = "The path /loki/api/v1/push is added when the path is empty or /. With "
                    "file:///PATH, the line of the event is appended to that file instead.",
         .group = Group::destination,
         .is_common = true}),
    row<&Settings::query_url, parse_query_url>(
        {.name = "query-url",
         .placeholder = "URL",
         .example = "https://loki.example.com/loki/api/v1/query_range",
         .help = "the URL for queries, if it does not follow from url",
         .details = "A base or full URL, at which the program asks whether an event is stored. It "
                    "follows from url where the receiver itself can be queried; behind an agent, "
                    "it must be set. It is ignored if url is set in a place of higher precedence.",
         .group = Group::destination}),
    row<&Settings::labels, add_label>(
        {.name = "label",
         .kind = Kind::list,
         .placeholder = "NAME=VALUE",
         .default_text = "job=metrics",
         .shipped = "host=%H",
         .help = "add a stream label; an empty value removes it",
         .details = "In the value, %H stands for the name of this host, %m for its machine ID, and "
                    "%% for a percent sign.",
         .group = Group::labels,
         .is_common = true}),
    row<&Settings::metadata, add_label>(
        {.name = "metadata",
         .kind = Kind::list,
         .placeholder = "NAME=VALUE",
         .example = "trace=4bf92f3577b34da6",
         .help = "add structured metadata to the entry",
         .details = "An empty value removes it. %H, %m and %% are expanded as in a label. "
                    "Structured metadata needs Loki 3, or Loki 2.9 with structured metadata "
                    "enabled.",
         .group = Group::labels}),
    row<&Settings::headers, add_header>({.name = "header",
                                         .kind = Kind::list,
                                         .placeholder = "'NAME: VALUE'",
                                         .example = "X-Team: runners",
                                         .help = "add a request header",
                                         .group = Group::destination,
                                         .joint = ": "}),
    row<&Settings::org_id, parse_tenant>({.name = "org-id",
                                          .placeholder = "TENANT",
                                          .fallback_variables = org_id_variables,
                                          .example = "team-a",
                                          .help = "the tenant, sent as X-Scope-OrgID",
                                          .group = Group::destination,
                                          .is_common = true}),
    row<&Settings::username, parse_username>(
        {.name = "username",
         .placeholder = "NAME",
         .fallback_variables = username_variables,
         .example = "runner",
         .help = "the user name for basic authentication",
         .details = "For Grafana Cloud, it is the numeric user of the Loki data source.",
         .group = Group::credentials,
         .is_common = true}),
    row<&Settings::password_file, parse_file>({.name = "password-file",
                                               .placeholder = "FILE",
                                               .value_kind = ValueKind::file,
                                               .example = "/etc/metrics-event/password",
                                               .help = "a file that holds the password",
                                               .group = Group::credentials,
                                               .is_common = true}),
    row<&Settings::password, parse_password>({.name = "password",
                                              .places = Places::environment_only,
                                              .fallback_variables = password_variables,
                                              .help = "the password itself",
                                              .group = Group::credentials}),
    row<&Settings::bearer_token_file, parse_file>(
        {.name = "bearer-token-file",
         .placeholder = "FILE",
         .value_kind = ValueKind::file,
         .fallback_variables = bearer_token_file_variables,
         .example = "/etc/metrics-event/token",
         .help = "a file that holds a bearer token",
         .details = "A bearer token is used instead of a user name and a password.",
         .group = Group::credentials,
         .is_common = true}),
    row<&Settings::bearer_token, parse_bearer_token>({.name = "bearer-token",
                                                      .places = Places::environment_only,
                                                      .fallback_variables = bearer_token_variables,
                                                      .help = "the bearer token itself",
                                                      .group = Group::credentials}),
    row<&Settings::ca_cert, parse_file>(
        {.name = "ca-cert",
         .placeholder = "FILE",
         .value_kind = ValueKind::file,
         .fallback_variables = ca_cert_variables,
         .example = "/etc/metrics-event/authority.pem",
         .help = "the certificate authorities to trust (PEM)",
         .details = "They replace the authorities of the system for https URLs.",
         .group = Group::credentials}),
    row<&Settings::cert, parse_file>({.name = "cert",
                                      .placeholder = "FILE",
                                      .value_kind = ValueKind::file,
                                      .fallback_variables = cert_variables,
                                      .example = "/etc/metrics-event/client.pem",
                                      .help = "a client certificate (PEM), followed by its chain",
                                      .group = Group::credentials}),
    row<&Settings::key, parse_file>(
        {.name = "key",
         .placeholder = "FILE",
         .value_kind = ValueKind::file,
         .fallback_variables = key_variables,
         .example = "/etc/metrics-event/client.key",
         .help = "the private key of that certificate (PEM)",
         .details = "It is not needed if the file of the certificate holds the key as well.",
         .group = Group::credentials}),
    toggle<&Settings::tls_skip_verify>(
        {.name = "tls-skip-verify",
         .fallback_variables = tls_skip_verify_variables,
         .help = "accept any server certificate (insecure)",
         .details =
             "Anybody between this host and the receiver can then read and change everything "
             "that is sent; a warning says so every time.",
         .group = Group::credentials}),
    row<&Settings::no_proxy, parse_host_list>(
        {.name = "no-proxy",
         .placeholder = "HOSTS",
         .fallback_variables = no_proxy_variables,
         .example = "localhost,.example.com,10.0.0.0/8",
         .help = "the hosts to reach without the proxy",
         .details =
             "A comma-separated list of names (each includes all names below it), addresses, "
             "and networks such as 10.0.0.0/8, each with an optional :PORT. A * stands for "
             "all hosts.",
         .group = Group::proxy,
         .matters = asks_for_proxy}),
    row<&Settings::proxy, parse_proxy>(
        {.name = "proxy",
         .placeholder = "URL",
         .fallback_variables = proxy_variables,
         .example = "http://proxy.example.com:3128",
         .help = "the HTTP proxy to use",
         .details =
             "The port is 1080 unless the URL has one. This machine itself is always reached "
             "directly.",
         .group = Group::proxy}),
    row<&Settings::config, parse_file>(
        {.name = "config",
         .places = Places::all_but_files,
         .placeholder = "FILE",
         .value_kind = ValueKind::file,
         .help = "read only this file (none: read no file)",
         .details = "Without it, the system's configuration file and that of the user are read.",
         .group = Group::configuration}),
    row<&Settings::events, parse_file>(
        {.name = "events",
         .places = Places::all_but_files,
         .placeholder = "DIR",
         .value_kind = ValueKind::directory,
         .help = "a directory of declared events",
         .details = "It takes precedence over the standard directories.",
         .group = Group::configuration}),
    row<&Settings::timeout, parse_duration>({.name = "timeout",
                                             .placeholder = "DURATION",
                                             .default_text = "5s",
                                             .help = "time limit for the whole delivery",
                                             .details = "It includes name lookup and all retries.",
                                             .is_common = true}),
    row<&Settings::connect_timeout, parse_duration>(
        {.name = "connect-timeout",
         .placeholder = "DURATION",
         .default_text = "2s",
         .help = "limit for connecting to one address"}),
    row<&Settings::retries, parse_retries>(
        {.name = "retries",
         .placeholder = "N",
         .value_kind = ValueKind::number,
         .default_text = "2",
         .help = "number of attempts after the first",
         .details = "All attempts share the time limit of the whole delivery."}),
    toggle<&Settings::confirm>(
        {.name = "confirm",
         .help = "query each event before it counts as delivered",
         .details = "With VictoriaLogs, the query may take 5 s longer than timeout."}),
    row<&Settings::spool, parse_spool>(
        {.name = "spool",
         .kind = Kind::optional,
         .placeholder = "DIR",
         .value_kind = ValueKind::directory,
         .default_text = "false",
         .help = "keep undelivered events on disk",
         .details = "They are kept in DIR, or in the standard directory, until they can be "
                    "delivered.",
         .is_common = true}),
    row<&Settings::spool_max_bytes, parse_byte_size>({.name = "spool-max-bytes",
                                                      .placeholder = "SIZE",
                                                      .default_text = "16MiB",
                                                      .help = "size limit of the spool"}),
    choice<&Settings::entry_time>(
        {.name = "entry-time",
         .placeholder = "now|event",
         .default_text = "now",
         .help = "the time to file the entry under",
         .details = "With now, it is the time at which the command ran; with event, it is the "
                    "timestamp of the event.",
         .group = Group::labels}),
    choice<&Settings::on>(
        {.name = "on",
         .placeholder = "success|failure|always",
         .default_text = "success",
         .help = "when to send, with -- COMMAND",
         .details = "The event is sent when COMMAND succeeds, when it fails, or always.",
         .needs_command = true}),
    toggle<&Settings::best_effort>({.name = "best-effort",
                                    .help = "turn exit statuses 65 to 77 into a warning and 0",
                                    .is_common = true}),
    toggle<&Settings::disabled>(
        {.name = "disabled", .help = "validate, send nothing and exit with 0"}),
    toggle<&Settings::dry_run>(
        {.name = "dry-run",
         .short_flag = 'n',
         .help = "show what would be sent, and send nothing",
         .details = "The exact request body is printed; with flush, the entries that would be sent "
                    "or dropped.",
         .group = Group::output,
         .is_common = true}),
    choice<&Settings::output>(
        {.name = "output",
         .short_flag = 'o',
         .placeholder = "text|json",
         .default_text = "text",
         .help = "the format of standard output",
         .details = "With json, one result object is printed, whatever the outcome.",
         .group = Group::output,
         .is_common = true}),
    toggle<&Settings::quiet>(
        {.name = "quiet",
         .short_flag = 'q',
         .help = "print nothing but errors and data",
         .details = "Warnings, notes, progress and summaries are left out; standard output stays "
                    "complete.",
         .group = Group::output,
         .is_common = true}),
    toggle<&Settings::verbose>({.name = "verbose",
                                .short_flag = 'v',
                                .help = "report each delivery: URL, status and time",
                                .group = Group::output}),
};

} // namespace

std::span<const Setting> all_settings() {
  return table;
}

bool names_setting(std::string_view names, const Setting& setting) {
  const auto between_spaces = [](std::string_view text) { return ' ' + std::string{text} + ' '; };
  return names.empty() ||
         between_spaces(names).find(between_spaces(setting.name)) != std::string::npos;
}

std::string_view shown_default(const Setting& setting) {
  const bool is_off = setting.kind == Kind::toggle || setting.kind == Kind::optional;
  return is_off ? std::string_view{} : setting.default_text;
}

std::string Setting::flag() const {
  const std::string value{placeholder};
  return "--" + std::string{name} +
         (value.empty()            ? ""
          : kind == Kind::optional ? "[=" + value + ']'
                                   : ' ' + value);
}

std::string variable_name(const Setting& setting) {
  std::string name = "METRICS_EVENT_";
  for (const char c : setting.name) {
    name += c == '-' ? '_' : to_upper(c);
  }
  return name;
}

} // namespace metrics_event
