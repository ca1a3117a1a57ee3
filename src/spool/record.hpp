#pragma once

#include "loki/entry.hpp"

#include <boost/system/result.hpp>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace metrics_event {

/// The end of an entry's way: a receiver, and a tenant there. Each push has one.
struct Destination {
  std::string url;    // as Endpoint::kept_url has it
  std::string org_id; // of the tenant; empty: none

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 means the zero of the comparison
  auto operator<=>(const Destination&) const = default;
};

/// The destination for people: the URL, redacted, and the tenant in parentheses.
std::string shown(const Destination& destination);

/// An entry on its way: what a file of the spool holds. Never a secret: credentials, headers and
/// the values of a URL's query are those of whoever sends it later.
struct SpoolRecord {
  Destination destination;
  Entry entry;
  bool is_restamped = false; // whether the entry time was made anew, which is done once
};

/// A record as one line of JSON, with its newline: `version` 1, `url`, `org_id`, `labels`,
/// `metadata`, `entry_time_ns`, `line`, `restamped`.
std::string encode(const SpoolRecord& record);

/// A record, or why there is none, in words.
using DecodedRecord = boost::system::result<SpoolRecord, std::string>;

/// The record of a file's text, which may be torn, of a newer version, or something else.
DecodedRecord decode_record(std::string_view text);

/// The record of a file that was read, or could not be.
DecodedRecord record_of(const boost::system::result<std::string, std::error_code>& text);

/// The name of an event by its line; empty when the line has none.
std::string event_of(const Entry& entry);

/// A file's name in the spool. Names sort by entry time; what is needed often stands in them, as
/// maildir does it: `1700000000000000000.0123456789abcdef,S=312,A=3.json`.
struct SpoolName {
  Instant time;           // of the entry
  std::uint64_t id = 0;   // by chance, so that no two are the same
  std::uint64_t size = 0; // of the file, in bytes
  int attempts = 0;       // made so far

  std::string text() const;
};

/// The size that a file's name says, found without taking the rest apart: a spool may have tens of
/// thousands. 0 for a stranger's.
std::uint64_t size_in(std::string_view name);

/// Takes a file's name apart; nothing for a stranger's.
std::optional<SpoolName> parse_spool_name(std::string_view name);

} // namespace metrics_event
