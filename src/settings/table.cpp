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
         .help = "base or full push URL; /loki/api/v1/push is added when the path is empty or "
                 "/; file:///PATH appends the line to a file"}),
    row<&Settings::query_url, parse_query_url>(
        {.name = "query-url",
         .placeholder = "URL",
         .example = "https://loki.example.com/loki/api/v1/query_range",
         .help = "where to ask whether an event is stored, a base or full URL; it follows from url "
                 "where the receiver itself can be asked, and is needed behind an agent; it "
                 "belongs to the url that the same "
                 "source gives"}),
    row<&Settings::labels, add_label>({.name = "label",
                                       .kind = Kind::list,
                                       .placeholder = "NAME=VALUE",
                                       .default_text = "job=metrics",
                                       .shipped = "host=%H",
                                       .help = "a stream label; an empty value removes one; in the "
                                               "value, %H is the name of this host, %m its machine "
                                               "id, and %% a percent sign"}),
    row<&Settings::metadata, add_label>({.name = "metadata",
                                         .kind = Kind::list,
                                         .placeholder = "NAME=VALUE",
                                         .example = "trace=4bf92f3577b34da6",
                                         .help = "structured metadata (Loki 3, or 2.9 where it is "
                                                 "allowed); an empty value removes one; %H, %m and "
                                                 "%% are expanded as in label"}),
    row<&Settings::headers, add_header>({.name = "header",
                                         .kind = Kind::list,
                                         .placeholder = "'NAME: VALUE'",
                                         .example = "X-Team: runners",
                                         .help = "an extra request header",
                                         .joint = ": "}),
    row<&Settings::org_id, parse_tenant>({.name = "org-id",
                                          .placeholder = "TENANT",
                                          .fallback_variables = org_id_variables,
                                          .example = "team-a",
                                          .help = "the tenant, sent as X-Scope-OrgID"}),
    row<&Settings::username, parse_username>({.name = "username",
                                              .placeholder = "NAME",
                                              .fallback_variables = username_variables,
                                              .example = "runner",
                                              .help = "the user name of Basic authentication"}),
    row<&Settings::password_file, parse_file>(
        {.name = "password-file",
         .placeholder = "FILE",
         .value_kind = ValueKind::file,
         .example = "/etc/metrics-event/password",
         .help = "a file with the password that belongs to it"}),
    row<&Settings::password, parse_password>({.name = "password",
                                              .places = Places::environment_only,
                                              .fallback_variables = password_variables,
                                              .help = "the same password itself"}),
    row<&Settings::bearer_token_file, parse_file>(
        {.name = "bearer-token-file",
         .placeholder = "FILE",
         .value_kind = ValueKind::file,
         .fallback_variables = bearer_token_file_variables,
         .example = "/etc/metrics-event/token",
         .help = "a file with a bearer token, instead of a user name and a password"}),
    row<&Settings::bearer_token, parse_bearer_token>({.name = "bearer-token",
                                                      .places = Places::environment_only,
                                                      .fallback_variables = bearer_token_variables,
                                                      .help = "the same token itself"}),
    row<&Settings::ca_cert, parse_file>(
        {.name = "ca-cert",
         .placeholder = "FILE",
         .value_kind = ValueKind::file,
         .fallback_variables = ca_cert_variables,
         .example = "/etc/metrics-event/authority.pem",
         .help = "the authorities to trust with https (PEM), instead of the system's"}),
    row<&Settings::cert, parse_file>({.name = "cert",
                                      .placeholder = "FILE",
                                      .value_kind = ValueKind::file,
                                      .fallback_variables = cert_variables,
                                      .example = "/etc/metrics-event/client.pem",
                                      .help = "a client certificate (PEM), followed by its chain"}),
    row<&Settings::key, parse_file>(
        {.name = "key",
         .placeholder = "FILE",
         .value_kind = ValueKind::file,
         .fallback_variables = key_variables,
         .example = "/etc/metrics-event/client.key",
         .help = "the key of that certificate (PEM), when it is in a file of its own"}),
    toggle<&Settings::tls_skip_verify>({.name = "tls-skip-verify",
                                        .fallback_variables = tls_skip_verify_variables,
                                        .help = "take any certificate of the receiver, which lets "
                                                "anybody read along; warns every time"}),
    row<&Settings::no_proxy, parse_host_list>(
        {.name = "no-proxy",
         .placeholder = "HOSTS",
         .fallback_variables = no_proxy_variables,
         .example = "localhost,.example.com,10.0.0.0/8",
         .help = "hosts that are reached directly: names with all below them, addresses, "
                 "networks such as 10.0.0.0/8, each with an optional :PORT, or *",
         .matters = asks_for_proxy}),
    row<&Settings::proxy, parse_proxy>(
        {.name = "proxy",
         .placeholder = "URL",
         .fallback_variables = proxy_variables,
         .example = "http://proxy.example.com:3128",
         .help = "an http proxy, with port 1080 unless it is given; this machine is always "
                 "reached directly"}),
    row<&Settings::config, parse_file>({.name = "config",
                                        .places = Places::all_but_files,
                                        .placeholder = "FILE",
                                        .value_kind = ValueKind::file,
                                        .help = "the only configuration file to read, or none"}),
    row<&Settings::events, parse_file>(
        {.name = "events",
         .places = Places::all_but_files,
         .placeholder = "DIR",
         .value_kind = ValueKind::directory,
         .help = "a directory with declared events, which counts more than the usual ones"}),
    row<&Settings::timeout, parse_duration>(
        {.name = "timeout",
         .placeholder = "DURATION",
         .default_text = "5s",
         .help = "the whole delivery, name lookup and retries included: a hard ceiling"}),
    row<&Settings::connect_timeout, parse_duration>({.name = "connect-timeout",
                                                     .placeholder = "DURATION",
                                                     .default_text = "2s",
                                                     .help = "the connection to one address"}),
    row<&Settings::retries, parse_retries>(
        {.name = "retries",
         .placeholder = "N",
         .value_kind = ValueKind::number,
         .default_text = "2",
         .help = "attempts after the first, within the time for the whole delivery"}),
    toggle<&Settings::confirm>(
        {.name = "confirm",
         .help =
             "an event counts as delivered only when a query returns it, which with VictoriaLogs "
             "may take 5 s longer than timeout"}),
    row<&Settings::spool, parse_spool>(
        {.name = "spool",
         .kind = Kind::optional,
         .placeholder = "DIR",
         .value_kind = ValueKind::directory,
         .default_text = "false",
         .help = "keep what cannot be delivered now in a directory, the usual one or DIR, until "
                 "it can"}),
    row<&Settings::spool_max_bytes, parse_byte_size>({.name = "spool-max-bytes",
                                                      .placeholder = "SIZE",
                                                      .default_text = "16MiB",
                                                      .help = "the size at which a spool is full"}),
    choice<&Settings::entry_time>(
        {.name = "entry-time",
         .placeholder = "now|event",
         .default_text = "now",
         .help =
             "what Loki files the entry under: when the command ran, or the event's timestamp"}),
    choice<&Settings::on>({.name = "on",
                           .placeholder = "success|failure|always",
                           .default_text = "success",
                           .help = "with COMMAND: after which of its ends the event is sent",
                           .needs_command = true}),
    toggle<&Settings::best_effort>(
        {.name = "best-effort", .help = "turn exit statuses 65 to 77 into a warning and 0"}),
    toggle<&Settings::disabled>({.name = "disabled", .help = "validate, send nothing and exit 0"}),
    toggle<&Settings::dry_run>({.name = "dry-run",
                                .short_flag = 'n',
                                .help = "print the exact request body instead of sending it"}),
    choice<&Settings::output>(
        {.name = "output",
         .placeholder = "text|json",
         .default_text = "text",
         .help = "what stdout gets: json is one result object, whatever the outcome"}),
    toggle<&Settings::quiet>({.name = "quiet", .short_flag = 'q', .help = "no warnings"}),
    toggle<&Settings::verbose>({.name = "verbose",
                                .short_flag = 'v',
                                .help = "say what was delivered, where, the status and the time"}),
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
