#include "loki/query_answer.hpp"

#include "json/reader.hpp"
#include "loki/status.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace metrics_event {
namespace {

namespace json = boost::json;
using AnswerKind = QueryAnswer::Kind;

std::string to_string(const json::string& text) {
  return {text.data(), text.size()};
}

// Returns the members of an object that are strings; nothing for another value.
std::optional<Labels> strings_of(const json::value* value) {
  if (value == nullptr || !value->is_object()) {
    return std::nullopt;
  }
  Labels strings;
  for (const auto& [name, member] : value->get_object()) {
    if (!member.is_string()) {
      return std::nullopt;
    }
    strings.emplace(std::string{name.data(), name.size()}, to_string(member.get_string()));
  }
  return strings;
}

// The fields that VictoriaLogs makes of an entry, by their names. Those of nested objects have
// names with dots, and numbers keep their digits. Nothing stands for a value that is not compared.
using Fields = std::map<std::string, std::optional<std::string>>;

// Adds the fields of a JSON object. A null or empty value is not a field; what the text of an array
// becomes is not known.
void add_fields(Fields& fields, const std::string& prefix, std::string_view object) {
  JsonReader reader;
  reader.read_object(object); // it is a line of ours, or an object in it
  for (const Member& member : reader.members()) {
    const std::string name = prefix + std::string{member.name};
    if (member.text.starts_with('{')) {
      add_fields(fields, name + '.', member.text);
    } else if (member.text.starts_with('[')) {
      fields.emplace(name, std::nullopt);
    } else if (member.text != "null" && member.text != R"("")") {
      fields.emplace(name, string_value(member.text).value_or(std::string{member.text}));
    }
  }
}

// Returns whether `returned` has all values of `sent`, and no other names than `is_allowed` allows.
template <class IsAllowed>
bool has_fields(const Labels& returned, const Fields& sent, IsAllowed&& is_allowed) {
  const bool has_all = std::ranges::all_of(sent, [&](const auto& field) {
    const auto found = returned.find(field.first);
    return found != returned.end() && (!field.second || found->second == *field.second);
  });
  return has_all && std::ranges::all_of(returned, [&](const auto& field) {
           return sent.contains(field.first) || is_allowed(field.first);
         });
}

// Reads an answer and marks what it has.
class AnswerReader {
public:
  AnswerReader(const QueryPlace& place, AskedEntries& asked) : place_{place}, asked_{asked} {}

  // Returns nothing when the text is not what the API returns.
  std::optional<QueryAnswer> read(std::string_view text) {
    const bool is_good = place_.api == QueryApi::loki ? read_loki(text) : read_victoria_logs(text);
    return is_good ? std::optional{std::move(answer_)} : std::nullopt;
  }

private:
  // Marks the asked entries of a time for which `is_same` holds.
  template <class IsSame>
  void note(Instant time, IsSame&& is_same) {
    answer_.count += 1;
    answer_.oldest = std::min(answer_.oldest, time);
    answer_.newest = std::max(answer_.newest, time);
    const auto end = asked_.upper_bound(time);
    for (auto it = asked_.lower_bound(time); it != end; ++it) {
      it->second.is_found = it->second.is_found || is_same(*it->second.entry);
    }
  }

  // Without the flag that we send, and before Loki 3, metadata stands among the labels. Both are
  // therefore compared together.
  bool is_same(const Entry& entry, const Labels& returned) const {
    constexpr std::array added{"service_name", "detected_level"};
    Fields sent{entry.labels.begin(), entry.labels.end()};
    sent.insert(entry.metadata.begin(), entry.metadata.end());
    return has_fields(returned, sent, [&](const std::string& name) {
      return place_.may_add_labels || std::ranges::find(added, name) != added.end();
    });
  }

  // {"status":"success","data":{"resultType":"streams","result":[{"stream":{…},"values":[…]},…]}}
  bool read_loki(std::string_view text) {
    json::error_code error;
    const json::value answer = json::parse({text.data(), text.size()}, error);
    const json::value* const data =
        !error && answer.is_object() ? answer.get_object().if_contains("data") : nullptr;
    const json::value* const streams =
        data != nullptr && data->is_object() ? data->get_object().if_contains("result") : nullptr;
    return streams != nullptr && streams->is_array() &&
           std::ranges::all_of(streams->get_array(),
                               [this](const json::value& stream) { return read_stream(stream); });
  }

  bool read_stream(const json::value& stream) {
    if (!stream.is_object()) {
      return false;
    }
    const auto labels = strings_of(stream.get_object().if_contains("stream"));
    const json::value* const values = stream.get_object().if_contains("values");
    return labels && values != nullptr && values->is_array() &&
           std::ranges::all_of(values->get_array(), [&](const json::value& value) {
             return read_value(value, *labels);
           });
  }

  // ["1700000000000000000","the line"], with categorize-labels {"structuredMetadata":{…}} as third
  bool read_value(const json::value& value, const Labels& labels) {
    const json::array* const parts = value.if_array();
    if (parts == nullptr || parts->size() < 2 || !parts->at(0).is_string() ||
        !parts->at(1).is_string()) {
      return false;
    }
    const auto time = parse_unix_nanoseconds(to_string(parts->at(0).get_string()));
    const json::string& line = parts->at(1).get_string();
    Labels all = labels;
    if (parts->size() > 2 && parts->at(2).is_object()) {
      const auto metadata = strings_of(parts->at(2).get_object().if_contains("structuredMetadata"));
      if (metadata) {
        all.insert(metadata->begin(), metadata->end());
      }
    }
    if (time) {
      note(*time, [&](const Entry& entry) {
        return std::string_view{line.data(), line.size()} == entry.line && is_same(entry, all);
      });
    }
    return time.has_value();
  }

  // {"_time":"2026-11-26T23:00:55.748561626Z","_stream":"{job=\"a\"}","_msg":"x","job":"a"}, one a
  // line
  bool read_victoria_logs(std::string_view text) {
    while (!text.empty()) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      json::error_code error;
      const json::value line = json::parse({text.data(), end}, error);
      text.remove_prefix(std::min(end + 1, text.size()));
      auto fields = error ? std::nullopt : strings_of(&line);
      const auto time = fields && fields->contains("_time") ? parse_timestamp(fields->at("_time"))
                                                            : Parsed<Instant>{Mismatch{}};
      if (!time) {
        return false;
      }
      note(*time, [&](const Entry& entry) { return is_same_by_fields(entry, *fields); });
    }
    return true;
  }

  bool is_same_by_fields(const Entry& entry, const Labels& returned) const {
    return has_fields(returned, fields_of(entry), [&](const std::string& name) {
      return name == "_time" || name == "_stream" || name == "_stream_id" || name == "_msg" ||
             place_.may_add_labels;
    });
  }

  Fields fields_of(const Entry& entry) const {
    Fields fields;
    add_fields(fields, "", entry.line);
    for (const std::string& name : place_.message_fields) {
      if (auto message = fields.extract(name)) {
        message.key() = "_msg";
        fields.insert(std::move(message));
        break;
      }
    }
    fields.insert(entry.labels.begin(), entry.labels.end());
    fields.insert(entry.metadata.begin(), entry.metadata.end());
    return fields;
  }

  const QueryPlace& place_;
  AskedEntries& asked_;
  QueryAnswer answer_;
};

// Says in words why a reply has no entries.
std::string trouble_of(const Reply& reply) {
  return reply.trouble == Trouble::none ? "HTTP status " + std::to_string(reply.status)
                                        : reply.detail;
}

} // namespace

QueryAnswer read_query_answer(const QueryPlace& place, const Reply& reply, AskedEntries& asked) {
  const bool has_trouble =
      reply.trouble != Trouble::none && reply.trouble != Trouble::not_http; // it is not a query API
  const bool may_pass = has_trouble || reply.status == 408 || reply.status == too_many_requests ||
                        reply.status / 100 == 5;
  if (may_pass || reply.status != 200) {
    return {.kind = may_pass ? AnswerKind::unknown : AnswerKind::impossible,
            .trouble = trouble_of(reply)};
  }
  if (reply.body.size() >= largest_query_answer) {
    return {.kind = AnswerKind::too_large, .trouble = "the answer is larger than 8 MiB"};
  }
  // A web page without a body would pass for VictoriaLogs' answer without entries.
  const bool is_json = reply.content_type.find("json") != std::string::npos;
  const auto answer = is_json ? AnswerReader{place, asked}.read(reply.body) : std::nullopt;
  return answer.value_or(QueryAnswer{.kind = AnswerKind::impossible,
                                     .trouble = "the answer is not that of a query API"});
}

} // namespace metrics_event
