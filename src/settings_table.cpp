#include "settings.hpp"

#include "text.hpp"

#include <algorithm>
#include <array>

namespace metrics_event {
namespace {

using Kind = Setting::Kind;

Parsed<EntryTime> parse_entry_time(std::string_view text) {
  if (text == "now" || text == "event") {
    return text == "now" ? EntryTime::now : EntryTime::event;
  }
  return Mismatch{"now or event", text};
}

Parsed<Output> parse_output(std::string_view text) {
  if (text == "text" || text == "json") {
    return text == "text" ? Output::text : Output::json;
  }
  return Mismatch{"text or json", text};
}

// Loki's rules for tenant IDs, which are also safe in a header.
Parsed<std::string> parse_tenant(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view{"!-_.*'():|"}.find(c) != std::string_view::npos;
  };
  if (text.empty() || text.size() > 150 || !std::ranges::all_of(text, allowed)) {
    return Mismatch{"a tenant of at most 150 letters, digits and !-_.*'():|", text};
  }
  return std::string{text};
}

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

constexpr std::array<std::string_view, 2> url_variables{"PROMTAIL_PUSH_API_URL", "LOKI_ADDR"};
constexpr std::array<std::string_view, 1> org_id_variables{"LOKI_ORG_ID"};
constexpr std::array<std::string_view, 2> entry_times{"now", "event"};
constexpr std::array<std::string_view, 2> outputs{"text", "json"};

Parsed<std::string> parse_config(std::string_view text) {
  const bool printable = !text.empty() && is_utf8(text) && text.find_first_of("\n\r") == text.npos;
  return printable ? std::string{text}
                   : Parsed<std::string>{Mismatch{"the name of a file, or none", text}};
}

constexpr std::array table{
    Setting{"url",
            Kind::value,
            '\0',
            "URL",
            url_variables,
            "http://localhost:3100/loki/api/v1/push",
            "base or full push URL; /loki/api/v1/push is added when the path is empty or /",
            {},
            assign<&Settings::url, parse_endpoint>},
    Setting{"label",
            Kind::list,
            '\0',
            "NAME=VALUE",
            {},
            "job=metrics",
            "a stream label; an empty value removes one",
            {},
            assign_label<&Settings::labels>},
    Setting{"metadata",
            Kind::list,
            '\0',
            "NAME=VALUE",
            {},
            "",
            "structured metadata (Loki 3, or 2.9 where it is allowed); an empty value removes one",
            {},
            assign_label<&Settings::metadata>},
    Setting{"header",
            Kind::list,
            '\0',
            "'NAME: VALUE'",
            {},
            "",
            "an extra request header",
            {},
            assign_header,
            true,
            ": "},
    Setting{"org-id",
            Kind::value,
            '\0',
            "TENANT",
            org_id_variables,
            "",
            "the tenant, sent as X-Scope-OrgID",
            {},
            assign<&Settings::org_id, parse_tenant>},
    Setting{"config",
            Kind::value,
            '\0',
            "FILE",
            {},
            "",
            "the only configuration file to read, or none",
            {},
            assign<&Settings::config, parse_config>,
            false},
    Setting{"timeout",
            Kind::value,
            '\0',
            "DURATION",
            {},
            "5s",
            "the whole delivery, name lookup included: a hard ceiling",
            {},
            assign<&Settings::timeout, parse_duration>},
    Setting{"connect-timeout",
            Kind::value,
            '\0',
            "DURATION",
            {},
            "2s",
            "the connection to one address",
            {},
            assign<&Settings::connect_timeout, parse_duration>},
    Setting{"entry-time",
            Kind::value,
            '\0',
            "now|event",
            {},
            "now",
            "what Loki files the entry under: when the command ran, or the event's timestamp",
            entry_times,
            assign<&Settings::entry_time, parse_entry_time>},
    Setting{"best-effort",
            Kind::toggle,
            '\0',
            "",
            {},
            "false",
            "turn exit statuses 65 to 77 into a warning and 0",
            {},
            assign<&Settings::best_effort, parse_bool>},
    Setting{"disabled",
            Kind::toggle,
            '\0',
            "",
            {},
            "false",
            "validate, send nothing and exit 0",
            {},
            assign<&Settings::disabled, parse_bool>},
    Setting{"dry-run",
            Kind::toggle,
            'n',
            "",
            {},
            "false",
            "print the exact request body instead of sending it",
            {},
            assign<&Settings::dry_run, parse_bool>},
    Setting{"output",
            Kind::value,
            '\0',
            "text|json",
            {},
            "text",
            "what stdout gets: json is one result object, whatever the outcome",
            outputs,
            assign<&Settings::output, parse_output>},
    Setting{"quiet",
            Kind::toggle,
            'q',
            "",
            {},
            "false",
            "no warnings",
            {},
            assign<&Settings::quiet, parse_bool>},
    Setting{"verbose",
            Kind::toggle,
            'v',
            "",
            {},
            "false",
            "say what was delivered, where, the status and the time",
            {},
            assign<&Settings::verbose, parse_bool>},
};

} // namespace

std::span<const Setting> all_settings() {
  return table;
}

} // namespace metrics_event
