#include "settings/values.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace metrics_event {

Parsed<EntryTime> parse_entry_time(std::string_view text) {
  if (text == "now" || text == "event") {
    return text == "now" ? EntryTime::now : EntryTime::event;
  }
  return Mismatch{"now or event", text};
}

Parsed<On> parse_on(std::string_view text) {
  if (text == "success" || text == "failure") {
    return text == "success" ? On::success : On::failure;
  }
  return text == "always" ? Parsed<On>{On::always} : Mismatch{"success, failure or always", text};
}

Parsed<Output> parse_output(std::string_view text) {
  if (text == "text" || text == "json") {
    return text == "text" ? Output::text : Output::json;
  }
  return Mismatch{"text or json", text};
}

Parsed<std::string> parse_file(std::string_view text) {
  const bool printable = !text.empty() && is_utf8(text) && text.find_first_of("\n\r") == text.npos;
  return printable ? std::string{text} : Parsed<std::string>{Mismatch{"the name of a file", text}};
}

Parsed<std::string> parse_host_list(std::string_view text) {
  std::string spaced{text};
  std::ranges::replace(spaced, '\t', ' ');
  const bool plain = !text.empty() && is_safe_to_show(spaced);
  return plain ? std::string{text}
               : Parsed<std::string>{Mismatch{"hosts with commas between them, or *", text}};
}

Parsed<std::string> parse_log_path(std::string_view text) {
  const bool plain = std::ranges::none_of(text, [](char c) { return c >= '\0' && c < ' '; });
  return text.starts_with('/') && plain && is_utf8(text)
             ? std::string{text}
             : Parsed<std::string>{Mismatch{"a path that starts with /", text}};
}

Parsed<SpoolPlace> parse_spool(std::string_view text) {
  if (const auto on = parse_bool(text)) {
    return SpoolPlace{.on = *on};
  }
  auto directory = parse_file(text);
  if (!directory || text.find('/') == text.npos) {
    return Mismatch{"true, false, or a directory such as /var/spool/metrics-event or ./spool",
                    text};
  }
  return SpoolPlace{.on = true, .directory = *std::move(directory)};
}

Parsed<int> parse_retries(std::string_view text) {
  constexpr std::uint64_t most = 100;
  const auto count = parse_count(text, 0, most);
  return count ? Parsed<int>{static_cast<int>(*count)} : Parsed<int>{count.error()};
}

std::string shown(const std::string& text) {
  return text;
}
std::string shown(bool on) {
  return on ? "true" : "false";
}
std::string shown(const Endpoint& endpoint) {
  std::string url = endpoint.url();
  if (endpoint.credentials) {
    url.insert(url.find("//") + 2, "…@");
  }
  return url;
}
std::string shown(const Secret& secret) {
  return secret.empty() ? "" : "set";
}
std::string shown(EntryTime time) {
  return time == EntryTime::now ? "now" : "event";
}
std::string shown(On on) {
  return on == On::success ? "success" : on == On::failure ? "failure" : "always";
}
std::string shown(const SpoolPlace& spool) {
  return spool.directory.empty() ? shown(spool.on) : spool.directory;
}
std::string shown(int count) {
  return std::to_string(count);
}
std::string shown(std::uint64_t bytes) {
  return byte_size(bytes);
}
std::string shown(Output output) {
  return output == Output::text ? "text" : "json";
}

std::string shown(const std::optional<Endpoint>& endpoint) {
  return endpoint ? shown(*endpoint) : "";
}

std::string shown(std::chrono::milliseconds duration) {
  return duration_text(duration);
}

std::string shown(const Labels& labels) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : labels) {
    pairs.push_back(name + '=' + value);
  }
  return enumeration(pairs);
}

// The names only: a value may be a key.
std::string shown(const Headers& headers) {
  std::vector<std::string> names;
  for (const auto& header : headers) {
    names.push_back(header.first);
  }
  return enumeration(names);
}

} // namespace metrics_event
