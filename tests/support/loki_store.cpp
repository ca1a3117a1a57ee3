#include "log_store.hpp"

#include "query_text.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>
#include <vector>

namespace metrics_event::testing {
namespace {

using namespace std::chrono_literals;

// The seconds of Go's RFC 3339.
std::string to_seconds(Instant time) {
  return utc_text("%Y-%m-%dT%H:%M:%SZ", time);
}

// Words of complaint, each with how often it is raised.
using Complaints = std::map<std::string, std::size_t>;

// Loki groups what it says of single entries (pkg/util/errors.go).
std::string grouped(const Complaints& complaints) {
  if (complaints.size() == 1 && complaints.begin()->second == 1) {
    return complaints.begin()->first;
  }
  return joined(complaints, "; ", [](const auto& complaint) {
    return std::to_string(complaint.second) + " errors like: " + complaint.first;
  });
}

class LokiStore final : public LogStore {
public:
  explicit LokiStore(const StoreSettings& settings) : settings_{settings} {}

private:
  // Loki adds a label with the first of these labels that a stream has (discover_service_name).
  static Labels stored_labels(Labels labels) {
    constexpr std::array sources{"service",     "app",
                                 "application", "app_name",
                                 "name",        "app_kubernetes_io_name",
                                 "container",   "container_name",
                                 "component",   "workload",
                                 "job",         "k8s_job_name"};
    if (!labels.contains("service_name")) {
      const auto* const source =
          std::ranges::find_if(sources, [&](const char* name) { return labels.contains(name); });
      labels.emplace("service_name",
                     source == sources.end() ? "unknown_service" : labels.at(*source));
    }
    return labels;
  }

  static Labels stored_metadata(const Labels& metadata) {
    Labels stored{{"detected_level", "unknown"}};
    for (const auto& [name, value] : metadata) {
      std::string label = name;
      std::ranges::replace_if(
          label, [](char c) { return !is_letter_or_digit(c) && c != '_'; }, '_');
      stored.insert_or_assign(std::move(label), value);
    }
    return stored;
  }

  // Says what Loki refuses before it looks at the stream; nothing when the entry is good.
  std::optional<std::string> complaint(const Entry& entry, Instant now) const {
    const std::string stream = '\'' + stream_text(stored_labels(entry.labels), ", ") + '\'';
    if (entry.time < now - 168h) {
      return "entry for stream " + stream + " has timestamp too old: " + to_seconds(entry.time) +
             ", oldest acceptable timestamp is: " + to_seconds(now - 168h);
    }
    if (entry.time > now + 10min) {
      return "entry for stream " + stream + " has timestamp too new: " + to_seconds(entry.time);
    }
    if (entry.line.size() > settings_.longest_line) {
      return "max entry size '" + std::to_string(settings_.longest_line) +
             "' bytes exceeded for stream " + stream + " while adding an entry with length '" +
             std::to_string(entry.line.size()) + "' bytes";
    }
    return std::nullopt;
  }

  // Stores an entry unless its copy is in the block.
  void append(Stream& stream, const Entry& entry) const {
    if (!stream.block.emplace(entry.time, entry.line, entry.metadata).second) {
      return;
    }
    stream.copies.emplace(entry.time, Copy{.line = entry.line, .metadata = entry.metadata});
    stream.block_size += entry.line.size();
    if (stream.block_size > settings_.block) {
      stream.block.clear();
      stream.block_size = 0;
    }
  }

  // Stores what is not too far behind the newest entry, and says what is.
  std::string append(Stream& stream, const std::string& tenant,
                     const std::vector<const Entry*>& entries) const {
    constexpr std::size_t most_named = 10; // the ingester's max_returned_stream_errors
    std::string words;
    std::size_t ignored = 0;
    for (const Entry* entry : entries) {
      const Instant oldest =
          stream.copies.empty() ? Instant::min() : std::prev(stream.copies.end())->first - 1h;
      if (entry->time >= oldest) {
        append(stream, *entry);
      } else if (++ignored <= most_named) {
        words += "entry with timestamp " + utc_text("%Y-%m-%d %H:%M:%S", entry->time) +
                 decimals(entry->time) +
                 " +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: " +
                 to_seconds(entry->time) +
                 ", oldest acceptable timestamp is: " + to_seconds(oldest) + "',\n";
      }
    }
    return ignored == 0
               ? ""
               : words + "user '" + tenant + "', total ignored: " + std::to_string(ignored) +
                     " out of " + std::to_string(entries.size()) +
                     " for stream: " + stream_text(stored_labels(entries.front()->labels), ", ");
  }

  StoreAnswer store(Streams& streams, const std::string& tenant, std::span<const Entry> entries,
                    const Parameters& /*parameters*/) const override {
    const Instant now = std::chrono::system_clock::now();
    Complaints complaints;
    std::map<Labels, std::vector<const Entry*>> good;
    for (const Entry& entry : entries) {
      if (const auto words = complaint(entry, now)) {
        complaints[*words] += 1;
      } else {
        good[entry.labels].push_back(&entry);
      }
    }
    std::string refusal;
    for (const auto& [labels, some] : good) {
      const std::string words = append(streams[{tenant, labels}], tenant, some);
      refusal = words.empty() ? refusal : words;
    }
    if (refusal.empty() && !complaints.empty()) {
      refusal = grouped(complaints);
    }
    return refusal.empty() ? StoreAnswer{} : refused(refusal);
  }

  StoreAnswer find(const Streams& streams, const std::string& tenant, const Parameters& parameters,
                   bool categorizes) const override {
    constexpr std::size_t most_entries = 5000;
    const auto asked = parse_selector(parameter(parameters, "query", ""));
    const auto range = query_range(parameters, "100");
    if (!asked || !range) {
      return refused("parse error : syntax error");
    }
    if (range->limit > most_entries) {
      return refused("max entries limit per query exceeded, limit > max_entries_limit_per_query (" +
                     std::to_string(range->limit) + " > 5000)");
    }
    if (range->end < range->start) {
      return refused("end timestamp must not be before or equal to start time");
    }
    const Found found = found_in(streams, tenant, *asked, *range);
    const bool goes_forward = parameter(parameters, "direction", "backward") == "forward";
    const std::size_t count = std::min(range->limit, found.size());
    const std::vector<Found::value_type> entries =
        goes_forward ? std::vector(found.begin(), std::next(found.begin(), signed_size(count)))
                     : std::vector(found.rbegin(), std::next(found.rbegin(), signed_size(count)));
    return {
        .status = 200,
        .body =
            JsonObject{}.text("status", "success").raw("data", data_of(entries, categorizes)).str(),
        .type = "application/json; charset=UTF-8"};
  }

  // Time, labels, line and metadata. A log query returns an entry once, also one that is stored
  // twice.
  using Found = std::set<std::tuple<Instant, Labels, std::string, Labels>>;

  static std::ptrdiff_t signed_size(std::size_t size) { return static_cast<std::ptrdiff_t>(size); }

  Found found_in(const Streams& streams, const std::string& tenant, const Labels& asked,
                 const QueryRange& range) const {
    Found found;
    const Instant oldest = std::chrono::system_clock::now() - settings_.memory;
    for (const auto& [name, stream] : streams) {
      const Labels labels = stored_labels(name.second);
      if (name.first != tenant || !matches(labels, asked)) {
        continue;
      }
      const auto end = stream.copies.lower_bound(range.end);
      for (auto it = stream.copies.lower_bound(range.start); it != end; ++it) {
        if (it->first >= oldest || it->second.is_revealed) {
          found.emplace(it->first, labels, it->second.line, stored_metadata(it->second.metadata));
        }
      }
    }
    return found;
  }

  static std::string data_of(const std::vector<Found::value_type>& entries, bool categorizes) {
    std::map<Labels, std::string> values;
    for (const auto& [time, stream, line, metadata] : entries) {
      Labels labels = stream;
      std::string third;
      if (categorizes) {
        third = ',' + JsonObject{}.raw("structuredMetadata", json_object(metadata)).str();
      } else {
        labels.insert(metadata.begin(), metadata.end());
      }
      std::string& text = values[labels];
      text += (text.empty() ? "[\"" : ",[\"") + unix_nanoseconds(time) + "\"," + json_string(line) +
              third + ']';
    }
    const std::string result = joined(values, ",", [](const auto& stream) {
      return JsonObject{}
          .raw("stream", json_object(stream.first))
          .raw("values", '[' + stream.second + ']')
          .str();
    });
    JsonObject data;
    data.text("resultType", "streams").raw("result", '[' + result + ']');
    if (categorizes) {
      data.raw("encodingFlags", R"(["categorize-labels"])");
    }
    return data.raw("stats", "{}").str();
  }

  StoreSettings settings_;
};

} // namespace

std::unique_ptr<LogStore> loki_store(const StoreSettings& settings) {
  return std::make_unique<LokiStore>(settings);
}

} // namespace metrics_event::testing
