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

/// The destination of an entry: a receiver and a tenant there. All entries of a push share one.
struct Destination {
  std::string url;    // in the form of Endpoint::kept_url
  std::string org_id; // the tenant; empty: none

  // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy 14 reports the comparison's zero
  auto operator<=>(const Destination&) const = default;
};

/// Returns the destination for messages: the redacted URL, and the tenant, if any, in parentheses.
std::string shown(const Destination& destination);

/// What earlier deliveries leave open about an entry.
enum class Doubt {
  none,
  possibly_stored,
  unconfirmed,       // accepted, but not found by a query
  unconfirmed_twice, // the same, after it was sent again because it was certainly not stored
};

/// The content of a spool file: an undelivered entry and its destination. It never holds a secret:
/// credentials, headers and the values of the URL's query come from the settings of the process
/// that sends it later (metrics-event-spool(7)).
struct SpoolRecord {
  Destination destination;
  Entry entry;
  bool is_restamped = false; // true after the entry time was renewed, which happens once
  Doubt doubt = Doubt::none;
};

/// Returns a record as one line of JSON that ends in a newline. Its members are `version` (1),
/// `url`, `org_id`, `labels`, `metadata`, `entry_time_ns`, `line`, only when true `restamped`, and,
/// only when there is a doubt, `doubt`.
std::string encode(const SpoolRecord& record);

/// A record, or a sentence that says why the text is not a valid one.
using DecodedRecord = boost::system::result<SpoolRecord, std::string>;

/// Decodes the text of a spool file, which may be torn, of a newer format version, or not a record
/// at all. Unknown members are an error.
DecodedRecord decode_record(std::string_view text);

/// Like `decode_record`, for the result of reading a file; a system error becomes the sentence.
DecodedRecord record_of(const boost::system::result<std::string, std::error_code>& text);

/// Returns the name of an event, the member `event` of its line; empty when the line has none.
std::string event_of(const Entry& entry);

/// The name of a spool file. Names sort by entry time. As in maildir, they contain the values that
/// are needed often, so that the files need not be read:
/// `1700000000000000000.0123456789abcdef,S=312,A=3.json`.
struct SpoolName {
  Instant time;           // the entry time
  std::uint64_t id = 0;   // random, so that names are unique
  std::uint64_t size = 0; // of the file, in bytes
  int attempts = 0;       // deliveries tried so far

  /// Returns the file name in the form shown above.
  std::string text() const;
};

/// Returns the part of a file name that never changes: the entry time and the random number.
std::string_view stem_of(std::string_view name);

/// Returns the size in bytes that a file name contains, or 0 for a foreign name. The rest of the
/// name is not parsed, because a spool may hold tens of thousands of files.
std::uint64_t size_in(std::string_view name);

/// Parses a file name. Returns nothing for a foreign name.
std::optional<SpoolName> parse_spool_name(std::string_view name);

} // namespace metrics_event
