#include "log_store.hpp"

#include "query_text.hpp"

#include "json/reader.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

namespace metrics_event::testing {
namespace {

using namespace std::chrono_literals;

class VictoriaStore final : public LogStore {
public:
  explicit VictoriaStore(const StoreSettings& settings) : settings_{settings} {}

private:
  static std::vector<std::string> listed(std::string_view names) {
    std::vector<std::string> list;
    while (!names.empty()) {
      const std::string_view name = names.substr(0, names.find(','));
      list.emplace_back(name);
      names.remove_prefix(std::min(name.size() + 1, names.size()));
    }
    return list;
  }

  // Adds the members of an object, those of nested ones under names with dots. What is null or
  // empty is no field; numbers keep their digits, and arrays are text.
  static void add_fields(Labels& fields, const std::string& prefix, std::string_view object) {
    JsonReader reader;
    if (!reader.read_object(object)) {
      fields.emplace("_msg", object);
      return;
    }
    for (const Member& member : reader.members()) {
      const std::string name = prefix + std::string{member.name};
      if (member.text.starts_with('{')) {
        add_fields(fields, name + '.', member.text);
      } else if (member.json != "null" && member.json != R"("")") {
        fields.emplace(name, string_value(member.json).value_or(std::string{member.text}));
      }
    }
  }

  static Labels fields_of(const Entry& entry, const Parameters& parameters) {
    Labels fields;
    add_fields(fields, "", entry.line);
    for (const std::string& name : listed(parameter(parameters, "_msg_field", "_msg"))) {
      if (auto message = fields.extract(name)) {
        message.key() = "_msg";
        fields.insert(std::move(message));
        break;
      }
    }
    fields.emplace("_msg",
                   "missing _msg field; see "
                   "https://docs.victoriametrics.com/victorialogs/keyconcepts/#message-field");
    fields.insert(entry.labels.begin(), entry.labels.end());
    fields.insert(entry.metadata.begin(), entry.metadata.end());
    Labels stream = entry.labels;
    if (const auto names = listed(parameter(parameters, "_stream_fields", "")); !names.empty()) {
      stream.clear();
      for (const std::string& name : names) {
        if (const auto field = fields.find(name); field != fields.end()) {
          stream.insert(*field);
        }
      }
    }
    fields.insert_or_assign("_stream", stream_text(stream, ","));
    return fields;
  }

  StoreAnswer store(Streams& streams, const std::string& tenant, std::span<const Entry> entries,
                    const Parameters& parameters) const override {
    const Instant now = std::chrono::system_clock::now();
    for (const Entry& entry : entries) {
      if (entry.time >= now - 168h && entry.time <= now + 48h) { // all else is dropped in silence
        streams[{tenant, entry.labels}].copies.emplace(
            entry.time, Copy{.line = entry.line,
                             .metadata = entry.metadata,
                             .fields = fields_of(entry, parameters)});
      }
    }
    return {};
  }

  StoreAnswer find(const Streams& streams, const std::string& tenant, const Parameters& parameters,
                   bool /*categorizes*/) const override {
    const std::string query = parameter(parameters, "query", "");
    const auto asked = parse_logsql(query);
    const auto range = query_range(parameters, "0");
    if (!asked || !range || range->end < range->start) {
      return refused("cannot parse query [" + query + ']');
    }
    std::multimap<Instant, const Labels*> found;
    const Clock::time_point newest = Clock::now() - settings_.delay;
    for (const auto& [name, stream] : streams) {
      if (name.first != tenant) {
        continue;
      }
      const auto end = stream.copies.upper_bound(range->end);
      for (auto it = stream.copies.lower_bound(range->start); it != end; ++it) {
        const Copy& copy = it->second;
        if ((copy.accepted <= newest || copy.is_revealed) && matches(copy.fields, *asked)) {
          found.emplace(it->first, &copy.fields);
        }
      }
    }
    while (range->limit > 0 && found.size() > range->limit) {
      found.erase(found.begin()); // a limit keeps the newest
    }
    std::string lines;
    for (const auto& [time, fields] : found) {
      JsonObject line;
      line.text("_time", utc_text("%Y-%m-%dT%H:%M:%S", time) + decimals(time) + 'Z');
      line.text("_stream", fields->at("_stream")).text("_msg", fields->at("_msg"));
      for (const auto& [name, value] : *fields) {
        if (name != "_stream" && name != "_msg") {
          line.text(name, value);
        }
      }
      lines += line.str() + '\n';
    }
    return {.status = 200, .body = lines, .type = "application/stream+json"};
  }

  StoreSettings settings_;
};

} // namespace

std::unique_ptr<LogStore> victoria_logs_store(const StoreSettings& settings) {
  return std::make_unique<VictoriaStore>(settings);
}

} // namespace metrics_event::testing
