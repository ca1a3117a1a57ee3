#include "settings/table.hpp"

#include "base/text.hpp"
#include "settings/values.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

using Kind = Setting::Kind;
using Places = Setting::Places;

template <auto member, auto parse>
std::optional<Mismatch> assign(Settings& settings, std::string_view text) {
  auto value = parse(text);
  if (!value) {
    return value.error();
  }
  settings.*member = *std::move(value);
  return std::nullopt;
}

// A label or a piece of metadata: the last value of a name stays, an empty one removes it.
template <Labels Settings::*member>
std::optional<Mismatch> assign_label(Settings& settings, std::string_view text) {
  auto label = parse_label(text);
  if (!label) {
    return label.error();
  }
  if (label->second.empty()) {
    (settings.*member).erase(label->first);
  } else {
    (settings.*member).insert_or_assign(label->first, std::move(label->second));
  }
  return std::nullopt;
}

// The last value of a name stays, as for labels; names are the same in any case.
std::optional<Mismatch> assign_header(Settings& settings, std::string_view text) {
  auto header = parse_header(text);
  if (!header) {
    return header.error();
  }
  std::erase_if(settings.headers, [&header](const auto& other) {
    return lower_case(other.first) == lower_case(header->first);
  });
  settings.headers.push_back(*std::move(header));
  return std::nullopt;
}

template <auto member>
std::string show(const Settings& settings) {
  return shown(settings.*member);
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
// A proxy that is not used is not looked at.
template <Scheme... schemes>
bool is_proxied(const Settings& settings) {
  return ((settings.url.scheme == schemes) || ...) && !goes_direct(settings.url, settings.no_proxy);
}

bool is_file_elsewhere(const Settings& settings) {
  return settings.url.scheme == Scheme::file && settings.url.target.empty();
}

// HTTP_PROXY is left out as curl does: to a CGI program it is a header of the request.
constexpr std::array proxy_variables{
    FallbackVariable{"https_proxy", "with https URLs", is_proxied<Scheme::https>},
    FallbackVariable{"HTTPS_PROXY", "with https URLs", is_proxied<Scheme::https>},
    FallbackVariable{"http_proxy", "with http URLs", is_proxied<Scheme::http>},
    FallbackVariable{"all_proxy", "", is_proxied<Scheme::http, Scheme::https>},
    FallbackVariable{"ALL_PROXY", "", is_proxied<Scheme::http, Scheme::https>}};
constexpr std::array no_proxy_variables{FallbackVariable{"no_proxy"}, FallbackVariable{"NO_PROXY"}};
constexpr std::array log_path_variables{
    FallbackVariable{"METRICS_LOG_PATH", "with the URL file:", is_file_elsewhere}};
constexpr std::array<std::string_view, 2> entry_times{"now", "event"};
constexpr std::array<std::string_view, 2> outputs{"text", "json"};
constexpr std::array<std::string_view, 3> ons{"success", "failure", "always"};

constexpr std::array table{
    Setting{.name = "url",
            .placeholder = "URL",
            .fallback_variables = url_variables,
            .default_text = "http://localhost:3100/loki/api/v1/push",
            .help = "base or full push URL; /loki/api/v1/push is added when the path is empty or "
                    "/; file:///PATH appends the line to a file",
            .assign = assign<&Settings::url, parse_endpoint>,
            .show = show<&Settings::url>},
    Setting{.name = "label",
            .kind = Kind::list,
            .placeholder = "NAME=VALUE",
            .default_text = "job=metrics",
            .help = "a stream label; an empty value removes one",
            .assign = assign_label<&Settings::labels>,
            .show = show<&Settings::labels>},
    Setting{
        .name = "metadata",
        .kind = Kind::list,
        .placeholder = "NAME=VALUE",
        .example = "trace=4bf92f3577b34da6",
        .help =
            "structured metadata (Loki 3, or 2.9 where it is allowed); an empty value removes one",
        .assign = assign_label<&Settings::metadata>,
        .show = show<&Settings::metadata>},
    Setting{.name = "header",
            .kind = Kind::list,
            .placeholder = "'NAME: VALUE'",
            .example = "X-Team: runners",
            .help = "an extra request header",
            .joint = ": ",
            .assign = assign_header,
            .show = show<&Settings::headers>},
    Setting{.name = "org-id",
            .placeholder = "TENANT",
            .fallback_variables = org_id_variables,
            .example = "team-a",
            .help = "the tenant, sent as X-Scope-OrgID",
            .assign = assign<&Settings::org_id, parse_tenant>,
            .show = show<&Settings::org_id>},
    Setting{.name = "username",
            .placeholder = "NAME",
            .fallback_variables = username_variables,
            .example = "runner",
            .help = "the user name of Basic authentication",
            .assign = assign<&Settings::username, parse_username>,
            .show = show<&Settings::username>},
    Setting{.name = "password-file",
            .placeholder = "FILE",
            .example = "/etc/metrics-event/password",
            .help = "a file with the password that belongs to it",
            .assign = assign<&Settings::password_file, parse_file>,
            .show = show<&Settings::password_file>},
    Setting{.name = "password",
            .places = Places::environment_only,
            .fallback_variables = password_variables,
            .help = "the same password itself",
            .assign = assign<&Settings::password, parse_password>,
            .show = show<&Settings::password>},
    Setting{.name = "bearer-token-file",
            .placeholder = "FILE",
            .fallback_variables = bearer_token_file_variables,
            .example = "/etc/metrics-event/token",
            .help = "a file with a bearer token, instead of a user name and a password",
            .assign = assign<&Settings::bearer_token_file, parse_file>,
            .show = show<&Settings::bearer_token_file>},
    Setting{.name = "bearer-token",
            .places = Places::environment_only,
            .fallback_variables = bearer_token_variables,
            .help = "the same token itself",
            .assign = assign<&Settings::bearer_token, parse_bearer_token>,
            .show = show<&Settings::bearer_token>},
    Setting{.name = "ca-cert",
            .placeholder = "FILE",
            .fallback_variables = ca_cert_variables,
            .example = "/etc/metrics-event/authority.pem",
            .help = "the authorities to trust with https (PEM), instead of the system's",
            .assign = assign<&Settings::ca_cert, parse_file>,
            .show = show<&Settings::ca_cert>},
    Setting{.name = "cert",
            .placeholder = "FILE",
            .fallback_variables = cert_variables,
            .example = "/etc/metrics-event/client.pem",
            .help = "a client certificate (PEM), followed by its chain",
            .assign = assign<&Settings::cert, parse_file>,
            .show = show<&Settings::cert>},
    Setting{.name = "key",
            .placeholder = "FILE",
            .fallback_variables = key_variables,
            .example = "/etc/metrics-event/client.key",
            .help = "the key of that certificate (PEM), when it is in a file of its own",
            .assign = assign<&Settings::key, parse_file>,
            .show = show<&Settings::key>},
    Setting{
        .name = "tls-skip-verify",
        .kind = Kind::toggle,
        .fallback_variables = tls_skip_verify_variables,
        .default_text = "false",
        .help =
            "take any certificate of the receiver, which lets anybody read along; warns every time",
        .assign = assign<&Settings::tls_skip_verify, parse_bool>,
        .show = show<&Settings::tls_skip_verify>},
    Setting{.name = "no-proxy",
            .placeholder = "HOSTS",
            .fallback_variables = no_proxy_variables,
            .example = "localhost,.example.com,10.0.0.0/8",
            .help = "hosts that are reached directly: names with all below them, addresses, "
                    "networks such as 10.0.0.0/8, each with an optional :PORT, or *",
            .assign = assign<&Settings::no_proxy, parse_host_list>,
            .show = show<&Settings::no_proxy>},
    Setting{.name = "proxy",
            .placeholder = "URL",
            .fallback_variables = proxy_variables,
            .example = "http://proxy.example.com:3128",
            .help = "an http proxy, with port 1080 unless it is given; this machine is always "
                    "reached directly",
            .assign = assign<&Settings::proxy, parse_proxy>,
            .show = show<&Settings::proxy>},
    Setting{.name = "log-path",
            .placeholder = "FILE",
            .fallback_variables = log_path_variables,
            .example = "/var/log/metrics.log",
            .help = "the file of the URL file: alone",
            .assign = assign<&Settings::log_path, parse_log_path>,
            .show = show<&Settings::log_path>},
    Setting{.name = "special-file",
            .kind = Kind::toggle,
            .default_text = "false",
            .help = "let a file URL name a symbolic link, a FIFO or a device",
            .assign = assign<&Settings::special_file, parse_bool>,
            .show = show<&Settings::special_file>},
    Setting{.name = "config",
            .places = Places::all_but_files,
            .placeholder = "FILE",
            .help = "the only configuration file to read, or none",
            .assign = assign<&Settings::config, parse_file>,
            .show = show<&Settings::config>},
    Setting{.name = "events",
            .places = Places::all_but_files,
            .placeholder = "DIR",
            .help = "a directory with declared events, which counts more than the usual ones",
            .assign = assign<&Settings::events, parse_file>,
            .show = show<&Settings::events>},
    Setting{.name = "timeout",
            .placeholder = "DURATION",
            .default_text = "5s",
            .help = "the whole delivery, name lookup and retries included: a hard ceiling",
            .assign = assign<&Settings::timeout, parse_duration>,
            .show = show<&Settings::timeout>},
    Setting{.name = "connect-timeout",
            .placeholder = "DURATION",
            .default_text = "2s",
            .help = "the connection to one address",
            .assign = assign<&Settings::connect_timeout, parse_duration>,
            .show = show<&Settings::connect_timeout>},
    Setting{.name = "retries",
            .placeholder = "N",
            .default_text = "2",
            .help = "attempts after the first, within the time for the whole delivery",
            .assign = assign<&Settings::retries, parse_retries>,
            .show = show<&Settings::retries>},
    Setting{.name = "spool",
            .kind = Kind::optional,
            .placeholder = "DIR",
            .default_text = "false",
            .help = "keep what cannot be delivered now in a directory, the usual one or DIR, until "
                    "it can",
            .assign = assign<&Settings::spool, parse_spool>,
            .show = show<&Settings::spool>},
    Setting{.name = "spool-max-bytes",
            .placeholder = "SIZE",
            .default_text = "16MiB",
            .help = "the size at which a spool is full",
            .assign = assign<&Settings::spool_max_bytes, parse_byte_size>,
            .show = show<&Settings::spool_max_bytes>},
    Setting{.name = "entry-time",
            .placeholder = "now|event",
            .default_text = "now",
            .help =
                "what Loki files the entry under: when the command ran, or the event's timestamp",
            .choices = entry_times,
            .assign = assign<&Settings::entry_time, parse_entry_time>,
            .show = show<&Settings::entry_time>},
    Setting{.name = "on",
            .placeholder = "success|failure|always",
            .default_text = "success",
            .help = "with COMMAND: after which of its ends the event is sent",
            .choices = ons,
            .assign = assign<&Settings::on, parse_on>,
            .show = show<&Settings::on>},
    Setting{.name = "best-effort",
            .kind = Kind::toggle,
            .default_text = "false",
            .help = "turn exit statuses 65 to 77 into a warning and 0",
            .assign = assign<&Settings::best_effort, parse_bool>,
            .show = show<&Settings::best_effort>},
    Setting{.name = "disabled",
            .kind = Kind::toggle,
            .default_text = "false",
            .help = "validate, send nothing and exit 0",
            .assign = assign<&Settings::disabled, parse_bool>,
            .show = show<&Settings::disabled>},
    Setting{.name = "dry-run",
            .kind = Kind::toggle,
            .short_flag = 'n',
            .default_text = "false",
            .help = "print the exact request body instead of sending it",
            .assign = assign<&Settings::dry_run, parse_bool>,
            .show = show<&Settings::dry_run>},
    Setting{.name = "output",
            .placeholder = "text|json",
            .default_text = "text",
            .help = "what stdout gets: json is one result object, whatever the outcome",
            .choices = outputs,
            .assign = assign<&Settings::output, parse_output>,
            .show = show<&Settings::output>},
    Setting{.name = "quiet",
            .kind = Kind::toggle,
            .short_flag = 'q',
            .default_text = "false",
            .help = "no warnings",
            .assign = assign<&Settings::quiet, parse_bool>,
            .show = show<&Settings::quiet>},
    Setting{.name = "verbose",
            .kind = Kind::toggle,
            .short_flag = 'v',
            .default_text = "false",
            .help = "say what was delivered, where, the status and the time",
            .assign = assign<&Settings::verbose, parse_bool>,
            .show = show<&Settings::verbose>},
};

} // namespace

std::span<const Setting> all_settings() {
  return table;
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
    name += c == '-' ? '_' : static_cast<char>(c - 'a' + 'A');
  }
  return name;
}

} // namespace metrics_event
