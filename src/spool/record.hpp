#pragma once

#include "json/reader.hpp"
#include "loki/entry.hpp"

#include <boost/system/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// An entry on its way: what a file of the spool holds. Never a secret: credentials, headers and
/// the values of a URL's query are those of whoever sends it later.
struct SpoolRecord {
  std::string url;    // where it goes, as Endpoint::kept_url has it
  std::string org_id; // the tenant; empty: none
  Entry entry;
  bool is_restamped = false; // whether the entry time was made anew, which is done once
};

/// A record as one line of JSON, with its newline: `version` 1, `url`, `org_id`, `labels`,
/// `metadata`, `entry_time_ns`, `line`, `restamped`.
std::string encode(const SpoolRecord& record);

/// The record of a file's text; or why it is none, in words: it is torn, of a newer version, or
/// something else.
boost::system::result<SpoolRecord, std::string> decode_record(std::string_view text);

/// Decodes one after another, and looks only once at what many have in common.
class RecordReader {
public:
  /// As `decode_record`.
  boost::system::result<SpoolRecord, std::string> read(std::string_view text);

private:
  // What was found to be fine, in the words of a record.
  struct Checked {
    std::string url;
    std::string labels_json;
    Labels labels;
    std::string metadata_json;
    Labels metadata;
  };

  JsonReader object_;
  Checked checked_;

  friend class RecordDecoder;
};

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
