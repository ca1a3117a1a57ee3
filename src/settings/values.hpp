#pragma once

#include "base/text.hpp"
#include "base/time.hpp"
#include "base/value.hpp"
#include "settings/settings.hpp"
#include "settings/specifiers.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

// These functions parse the kinds of value that no other room parses, and format every kind for
// display. Only the table of settings includes this header; it pairs a parser and a formatter in
// each row.

namespace metrics_event {

/// The names of the values of an enumeration, in the order of its enumerators.
template <class Enum>
inline constexpr std::array<std::string_view, 0> words{};
template <>
inline constexpr std::array<std::string_view, 2> words<EntryTime>{"now", "event"};
template <>
inline constexpr std::array<std::string_view, 3> words<On>{"success", "failure", "always"};
template <>
inline constexpr std::array<std::string_view, 2> words<Output>{"text", "json"};

/// Returns the enumerator that a word names, or a Mismatch that lists all words.
template <class Enum>
Parsed<Enum> parse_choice(std::string_view text) {
  const auto* const word = std::ranges::find(words<Enum>, text);
  if (word == words<Enum>.end()) {
    const std::vector<std::string> all{words<Enum>.begin(), words<Enum>.end()};
    return Mismatch{enumeration(all, " or "), text};
  }
  return static_cast<Enum>(word - words<Enum>.begin());
}

/// Returns the name of a file, which need not exist. A name that is empty, not UTF-8 or has a line
/// break is a Mismatch, which never shows the text: a key may stand where its file belongs.
inline Parsed<std::string> parse_file(std::string_view text) {
  const bool printable = !text.empty() && is_utf8(text) && text.find_first_of("\n\r") == text.npos;
  return printable ? std::string{text}
                   : Parsed<std::string>{
                         Mismatch::saying("expected the name of a file, on one line and in UTF-8")};
}

/// Returns a list of hosts in the syntax of `is_listed`, with a space for each tab and line break.
/// A list that is empty or not safe to show is a Mismatch, and so is one with an `@`, as which a
/// URL with a password may be given by mistake; the Mismatch never shows the text.
inline Parsed<std::string> parse_host_list(std::string_view text) {
  std::string list{text};
  std::ranges::replace_if(
      list, [](char c) { return c == '\t' || c == '\n' || c == '\r'; }, ' ');
  const bool plain = !text.empty() && is_safe_to_show(list) && text.find('@') == text.npos;
  return plain ? std::move(list)
               : Parsed<std::string>{Mismatch::saying(
                     "expected hosts with commas between them, or *, without an @")};
}

/// Parses `true`, `false`, or a directory. Any other text without a slash is a Mismatch, and so is
/// a URL, whose password would become the name of a directory.
inline Parsed<SpoolPlace> parse_spool(std::string_view text) {
  if (const auto on = parse_bool(text)) {
    return SpoolPlace{.on = *on};
  }
  auto directory = parse_file(text);
  if (!directory || text.find('/') == text.npos || text.find("://") != text.npos) {
    return Mismatch{"true, false, or a directory such as /var/spool/metrics-event or ./spool",
                    text};
  }
  return SpoolPlace{.on = true, .directory = *std::move(directory)};
}

/// Returns the number of retries after the first attempt: 0 to 100.
inline Parsed<int> parse_retries(std::string_view text) {
  constexpr std::uint64_t most = 100;
  const auto count = parse_count(text, 0, most);
  return count ? Parsed<int>{static_cast<int>(*count)} : Parsed<int>{count.error()};
}

/// Adds a label or a metadata pair. A later value replaces an earlier one of the same name, and an
/// empty value removes the name.
inline std::optional<Mismatch> add_label(Labels& labels, std::string_view text) {
  auto label = parse_label(text);
  if (!label) {
    return label.error();
  }
  if (auto mismatch = check_specifiers(label->second)) {
    return mismatch;
  }
  if (label->second.empty()) {
    labels.erase(label->first);
  } else {
    labels.insert_or_assign(label->first, std::move(label->second));
  }
  return std::nullopt;
}

/// Adds a header. A later value replaces an earlier one of the same name.
inline std::optional<Mismatch> add_header(ExtraHeaders& headers, std::string_view text) {
  auto header = parse_header(text);
  if (!header) {
    return header.error();
  }
  headers.insert_or_assign(std::move(header->first), std::move(header->second));
  return std::nullopt;
}

/// The overloads of `shown` format a value for display.
inline std::string shown(const std::string& text) {
  return text;
}
inline std::string shown(bool on) {
  return on ? "true" : "false";
}
inline std::string shown(int count) {
  return std::to_string(count);
}
inline std::string shown(std::uint64_t bytes) {
  return byte_size(bytes);
}
inline std::string shown(std::chrono::milliseconds duration) {
  return duration_text(duration);
}
inline std::string shown(const SpoolPlace& spool) {
  return spool.directory.empty() ? shown(spool.on) : spool.directory;
}
template <class Enum>
requires std::is_enum_v<Enum> std::string shown(Enum value) {
  return std::string{words<Enum>[static_cast<std::size_t>(value)]};
}

/// Shows only that a secret is set.
inline std::string shown(const Secret& secret) {
  return secret.empty() ? "" : "set";
}

/// Shows a URL without its credentials and without the values of its query.
inline std::string shown(const Endpoint& endpoint) {
  std::string url = endpoint.url();
  if (endpoint.credentials) {
    url.insert(url.find("//") + 2, "…@");
  }
  return url;
}
inline std::string shown(const std::optional<Endpoint>& endpoint) {
  return endpoint ? shown(*endpoint) : "";
}

inline std::string shown(const Labels& labels) {
  std::vector<std::string> pairs;
  for (const auto& [name, value] : labels) {
    pairs.push_back(name + '=' + value);
  }
  return enumeration(pairs);
}

/// Shows only the names of headers, because a value may be a secret key.
inline std::string shown(const ExtraHeaders& headers) {
  std::vector<std::string> names;
  for (const auto& header : headers) {
    names.push_back(header.first);
  }
  return enumeration(names);
}

} // namespace metrics_event
