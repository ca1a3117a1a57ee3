#pragma once

#include "loki/entry.hpp"
#include "spool/name.hpp"

#include <boost/system/result.hpp>

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

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

/// A line and its entry time: what distinguishes the entries of a record from each other.
struct TimedLine {
  Instant time;
  std::string line;
};

/// The content of a spool file: undelivered entries of one destination and one stream, and what is
/// known about all of them. It never holds a secret: credentials, headers and the values of the
/// URL's query come from the settings of the process that sends it later (metrics-event-spool(7)).
struct SpoolRecord {
  Destination destination;
  Labels labels;
  Labels metadata;
  std::vector<TimedLine> entries; // at least one, and no more than one push carries
  bool is_restamped = false;      // true after the entry times were renewed, which happens once
  Doubt doubt = Doubt::none;

  /// Returns the entry at an index, as it is sent.
  Entry entry(std::size_t index) const {
    return {labels, entries[index].time, entries[index].line, metadata};
  }
};

/// Returns a record of entries of one stream, of which the first one stands for the labels and the
/// metadata of all. It has no lines yet.
SpoolRecord record_for(const Destination& destination, const Entry& entry);

/// The text of a spool file: a record as one line of JSON that ends in a newline. Its members are
/// `version` (1), `url`, `org_id`, `labels`, `metadata`, only when true `restamped`, only when
/// there is a doubt `doubt`, and `entries`, an array of arrays of two strings: the entry time and
/// the line. An object can be used for one record after another, which reuses its memory.
class RecordText {
public:
  /// Begins a record with everything but its entries.
  void begin(const SpoolRecord& head);

  /// Adds an entry.
  void add(Instant time, std::string_view line);

  /// Ends the record, which has at least one entry.
  void end() { text_ += "]}\n"; }

  const std::string& str() const { return text_; }

  /// Returns the name for the file.
  SpoolName name(std::uint64_t id, int attempts) const;

private:
  std::string text_;
  Instant oldest_;
  std::uint16_t entries_ = 0;
};

/// Returns the text of a record.
RecordText encode(const SpoolRecord& record);

/// A record, or a sentence that says why the text is not a valid one.
using DecodedRecord = boost::system::result<SpoolRecord, std::string>;

/// Decodes the text of a spool file, which may be torn, of a newer format version, or not a record
/// at all. Unknown members are an error.
DecodedRecord decode_record(std::string_view text);

/// Like `decode_record`, for the result of reading a file; a system error becomes the sentence.
DecodedRecord record_of(const boost::system::result<std::string, std::error_code>& text);

/// Returns the name of an event, the member `event` of its line; empty when the line has none.
std::string event_of(std::string_view line);

} // namespace metrics_event
