#pragma once

#include "settings/settings.hpp"

#include <string>
#include <string_view>

namespace metrics_event {

/// `now` or `event`.
Parsed<EntryTime> parse_entry_time(std::string_view text);

/// `success`, `failure` or `always`.
Parsed<On> parse_on(std::string_view text);

/// `text` or `json`.
Parsed<Output> parse_output(std::string_view text);

/// The name of a file, which need not exist.
Parsed<std::string> parse_file(std::string_view text);

/// The absolute name of a file to append to.
Parsed<std::string> parse_log_path(std::string_view text);

/// Hosts as `is_listed` understands them.
Parsed<std::string> parse_host_list(std::string_view text);

/// `true`, `false`, or a directory, which has a slash in it.
Parsed<SpoolPlace> parse_spool(std::string_view text);

/// How often to try again.
Parsed<int> parse_retries(std::string_view text);

/// Values as people are shown them, without what may be secret: of a secret that it is set, of
/// headers their names, of a URL neither credentials nor the values of its query.
std::string shown(const std::string& text);
std::string shown(bool on);
std::string shown(std::chrono::milliseconds duration);
std::string shown(const Endpoint& endpoint);
std::string shown(const std::optional<Endpoint>& endpoint);
std::string shown(const Secret& secret);
std::string shown(const Labels& labels);
std::string shown(const Headers& headers);
std::string shown(EntryTime time);
std::string shown(On on);
std::string shown(const SpoolPlace& spool);
std::string shown(int count);
std::string shown(std::uint64_t bytes);
std::string shown(Output output);

} // namespace metrics_event
