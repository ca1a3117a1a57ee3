#include "loki/push.hpp"

#include "base/text.hpp"
#include "base/version.hpp"
#include "json/writer.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>

namespace metrics_event {
namespace {

// Loki accepts an entry, even a repeated one, only within an hour of the newest in its stream. With
// a longer span, Loki would refuse the oldest entries of a push when the push is sent again.
constexpr auto longest_span = std::chrono::minutes{55};
// The punctuation of a push, a stream and an entry takes at most this many bytes.
constexpr std::size_t frame_of_push = 16;
constexpr std::size_t frame_of_stream = 32;
constexpr std::size_t frame_of_entry = 32; // includes its time

std::size_t json_object_bound(const Labels& labels) {
  std::size_t size = 2; // braces
  for (const auto& [name, value] : labels) {
    size += json_string_bound(name) + json_string_bound(value) + 2; // colon and comma
  }
  return size;
}

bool is_before(const Entry* left, const Entry* right) {
  return left->labels == right->labels ? left->time < right->time : left->labels < right->labels;
}

// This exception leaves the nested calls of the decoder; decode_push turns it into a result.
struct Rejection {
  std::string reason;
};

[[noreturn]] void reject(std::string reason) {
  throw Rejection{std::move(reason)};
}

// Checks the structure of a push and turns it into entries.
class PushDecoder {
public:
  std::vector<Entry> entries(const boost::json::value& push) {
    const boost::json::object& object = as_object(push, "the push");
    if (const boost::json::value* streams = object.if_contains("streams")) {
      for (const boost::json::value& stream : as_array(*streams, "streams")) {
        add_stream(as_object(stream, "a stream"));
      }
    }
    return std::move(entries_);
  }

private:
  static const boost::json::object& as_object(const boost::json::value& value, const char* what) {
    if (!value.is_object()) {
      reject(std::string{what} + " is not an object");
    }
    return value.get_object();
  }
  static const boost::json::array& as_array(const boost::json::value& value, const char* what) {
    if (!value.is_array()) {
      reject(std::string{what} + " is not an array");
    }
    return value.get_array();
  }
  static std::string as_string(const boost::json::value& value, const char* what) {
    if (!value.is_string()) {
      reject(std::string{what} + " is not a string");
    }
    return {value.get_string().data(), value.get_string().size()};
  }

  static Labels strings_of(const boost::json::object& object, const char* what) {
    Labels strings;
    for (const auto& [name, value] : object) {
      strings.emplace(std::string{name.data(), name.size()}, as_string(value, what));
    }
    return strings;
  }

  static Labels labels_of(const boost::json::object& stream) {
    Labels labels;
    if (const boost::json::value* given = stream.if_contains("stream")) {
      labels = strings_of(as_object(*given, "the labels of a stream"), "a label's value");
    }
    std::erase_if(labels, [](const auto& label) { return label.second.empty(); });
    for (const auto& [name, value] : labels) {
      if (const auto mismatch = check_label(name, value)) {
        reject("a label is bad: " + mismatch->text);
      }
    }
    if (labels.empty()) {
      reject("error at least one label pair is required per stream");
    }
    if (labels.size() > most_labels) {
      reject("a stream has " + std::to_string(labels.size()) + " label names; limit " +
             std::to_string(most_labels));
    }
    return labels;
  }

  static Instant entry_time(const std::string& text) {
    const auto time = parse_unix_nanoseconds(text);
    if (!time) {
      reject("an entry time is not a string of digits: " + quote(text));
    }
    return *time;
  }

  void add_stream(const boost::json::object& stream) {
    const boost::json::value* values = stream.if_contains("values");
    if (values == nullptr || as_array(*values, "values").empty()) {
      return;
    }
    const Labels labels = labels_of(stream);
    for (const boost::json::value& value : values->get_array()) {
      const boost::json::array& pair = as_array(value, "an entry");
      if (pair.size() < 2 || pair.size() > 3) {
        reject("an entry is not [\"TIME\",\"LINE\"]");
      }
      Labels metadata;
      if (pair.size() == 3) {
        metadata = strings_of(as_object(pair[2], "structured metadata"), "a metadata value");
      }
      const std::string time = as_string(pair[0], "an entry time");
      entries_.push_back(
          {labels, entry_time(time), as_string(pair[1], "a line"), std::move(metadata)});
    }
  }

  std::vector<Entry> entries_;
};

} // namespace

std::string push_body(std::span<const Entry> entries) {
  std::string body;
  write_push_body(body, entries);
  return body;
}

void write_push_body(std::string& body, std::span<const Entry> entries) {
  std::vector<const Entry*> sorted;
  sorted.reserve(entries.size());
  for (const Entry& entry : entries) {
    sorted.push_back(&entry);
  }
  if (!std::ranges::is_sorted(sorted, is_before)) {
    std::ranges::stable_sort(sorted, is_before);
  }
  body.assign(R"({"streams":[)");
  const Labels* stream = nullptr;
  for (const Entry* entry : sorted) {
    if (stream != nullptr && *stream == entry->labels) {
      body += ',';
    } else {
      body.append(stream == nullptr ? "" : "]},");
      body.append(R"({"stream":)").append(json_object(entry->labels)).append(R"(,"values":[)");
    }
    stream = &entry->labels;
    body.append("[\"");
    append_unix_nanoseconds(body, entry->time);
    body.append("\",");
    append_json_string(body, entry->line);
    if (!entry->metadata.empty()) {
      body.append(1, ',').append(json_object(entry->metadata));
    }
    body += ']';
  }
  body.append(stream == nullptr ? "]}" : "]}]}");
}

std::size_t push_bound(const Entry& entry) {
  return frame_of_push + frame_of_stream + frame_of_entry + json_object_bound(entry.labels) +
         json_string_bound(entry.line) + json_object_bound(entry.metadata);
}

bool PushRoom::takes(const Entry& entry) {
  const Instant oldest = std::min(oldest_, entry.time);
  const Instant newest = std::max(newest_, entry.time);
  const std::size_t size = std::max(size_, frame_of_push) + frame_of_entry +
                           json_string_bound(entry.line) +
                           (entry.metadata.empty() ? 0 : json_object_bound(entry.metadata)) +
                           (entries_ > 0 ? 0 : frame_of_stream + json_object_bound(entry.labels));
  if (entries_ > 0 &&
      (entries_ == most_entries_ || size > largest_push || newest - oldest > longest_span)) {
    return false;
  }
  entries_ += 1;
  size_ = size;
  oldest_ = oldest;
  newest_ = newest;
  return true;
}

std::string empty_push_body(const Labels& labels) {
  return R"({"streams":[{"stream":)" + json_object(labels) + R"(,"values":[]}]})";
}

Request push_request(Route route, const std::string& org_id, std::string_view body) {
  Request request{.route = std::move(route),
                  .headers = {{"Content-Type", "application/json"},
                              {"User-Agent", "metrics-event/" + std::string{version}}},
                  .body = body};
  if (!org_id.empty()) {
    request.headers.emplace_back("X-Scope-OrgID", org_id);
  }
  const ExtraHeaders& more = request.route.headers;
  request.headers.insert(request.headers.end(), more.begin(), more.end());
  return request;
}

boost::system::result<std::vector<Entry>, std::string> decode_push(std::string_view body) {
  boost::json::error_code error;
  const boost::json::value push = boost::json::parse({body.data(), body.size()}, error);
  if (error) {
    return body.empty() ? "EOF" : "the body is not JSON: " + error.message();
  }
  try {
    return PushDecoder{}.entries(push);
  } catch (const Rejection& rejection) {
    return rejection.reason;
  }
}

} // namespace metrics_event
