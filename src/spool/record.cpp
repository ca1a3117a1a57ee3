#include "spool/record.hpp"

#include "base/text.hpp"
#include "base/url_text.hpp"
#include "base/value.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "loki/endpoint.hpp"
#include "loki/header.hpp"
#include "loki/push.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace metrics_event {
namespace {

constexpr std::uint64_t format_version = 1;

constexpr std::array<std::string_view, 4> doubt_names{"none", "possibly stored", "unconfirmed",
                                                      "unconfirmed twice"};

// This exception leaves the nested calls of the decoder; decode_record turns it into a result.
struct Rejection {
  std::string reason;
};

// Reads the members of a record from its object one by one. It counts them to detect unknown ones.
class RecordDecoder {
public:
  explicit RecordDecoder(std::span<const Member> members) : members_{members} {}

  SpoolRecord record() {
    check_version();
    SpoolRecord record{.destination = {string("url"), string("org_id")},
                       .labels = labels("labels"),
                       .metadata = labels("metadata"),
                       .entries = entries(),
                       .is_restamped = has("restamped") && is_true("restamped"),
                       .doubt = has("doubt") ? doubt(string("doubt")) : Doubt::none};
    check(record.destination);
    if (record.labels.empty() || record.labels.size() > most_labels) {
      throw Rejection{"it has no labels, or too many"};
    }
    if (taken_ < members_.size()) {
      throw Rejection{"it has an unknown member: " + quote(first_unknown())};
    }
    return record;
  }

private:
  static constexpr std::array<std::string_view, 8> known{
      "version", "url", "org_id", "labels", "metadata", "entries", "restamped", "doubt"};

  auto find(std::string_view name) const {
    return std::ranges::find(members_, name, &Member::name);
  }
  bool has(std::string_view name) const { return find(name) != members_.end(); }

  std::string_view take(std::string_view name) {
    const auto found = find(name);
    if (found == members_.end()) {
      throw Rejection{"it lacks " + quote(name)};
    }
    taken_ += 1;
    return found->json;
  }

  std::string_view first_unknown() const {
    return std::ranges::find_if(members_,
                                [](const Member& member) {
                                  return std::ranges::find(known, member.name) == known.end();
                                })
        ->name;
  }

  static std::string text_of(std::string_view json, std::string_view name) {
    auto text = string_value(json);
    if (!text) {
      throw Rejection{"its " + quote(name) + " is not a string"};
    }
    return *std::move(text);
  }
  std::string string(std::string_view name) { return text_of(take(name), name); }

  void check_version() {
    const auto version = parse_digits(take("version"));
    if (!version || *version < 1) {
      throw Rejection{"its format version is not a number"};
    }
    if (*version > format_version) {
      throw Rejection{"its format version " + std::to_string(*version) +
                      " is newer than this program knows"};
    }
  }

  bool is_true(std::string_view name) {
    const std::string_view json = take(name);
    if (json != "true" && json != "false") {
      throw Rejection{"its " + quote(name) + " is not true or false"};
    }
    return json == "true";
  }

  static Doubt doubt(std::string_view text) {
    const auto* const name = std::ranges::find(doubt_names, text);
    if (name == doubt_names.end()) {
      throw Rejection{"its doubt is unknown: " + quote(text)};
    }
    return static_cast<Doubt>(name - doubt_names.begin());
  }

  static void check(const Destination& destination) {
    const auto endpoint = parse_endpoint(destination.url);
    if (!endpoint || endpoint->scheme == Scheme::file || endpoint->kept_url() != destination.url) {
      throw Rejection{"its URL is not valid"};
    }
    if (!destination.org_id.empty() && !parse_tenant(destination.org_id)) {
      throw Rejection{"its tenant is not valid"};
    }
  }

  Labels labels(std::string_view name) {
    JsonReader object;
    if (!object.read_object(take(name))) {
      throw Rejection{"its " + quote(name) + " are not an object"};
    }
    Labels labels;
    for (const Member& label : object.members()) {
      std::string text = text_of(label.json, name);
      if (text.empty() || check_label(label.name, text)) {
        throw Rejection{"its " + quote(name) + " break Loki's rules"};
      }
      labels.emplace(label.name, std::move(text));
    }
    return labels;
  }

  // The text is valid and compact JSON, so that it need not be read twice.
  std::vector<TimedLine> entries() {
    std::string_view rest = take("entries");
    if (!rest.starts_with('[')) {
      throw Rejection{"its \"entries\" are not an array"};
    }
    std::vector<TimedLine> entries;
    while (rest != "]" && rest != "[]" && entries.size() <= most_entries_a_push) {
      rest.remove_prefix(1); // the bracket of the array, or a comma
      entries.push_back(entry(rest));
    }
    if (entries.empty() || entries.size() > most_entries_a_push) {
      throw Rejection{"it has no entries, or too many"};
    }
    return entries;
  }

  // Removes an entry from the beginning of `rest` and returns it.
  static TimedLine entry(std::string_view& rest) {
    const auto take_string = [&rest](char before) {
      const std::string_view string =
          rest.starts_with(before) ? leading_string(rest.substr(1)) : std::string_view{};
      if (string.empty()) {
        throw Rejection{"an entry is not a time and a line"};
      }
      rest.remove_prefix(1 + string.size());
      return *string_value(string);
    };
    const auto time = parse_unix_nanoseconds(take_string('['));
    if (!time) {
      throw Rejection{"an entry time is not a number of nanoseconds"};
    }
    TimedLine entry{*time, take_string(',')};
    if (!rest.starts_with(']')) {
      throw Rejection{"an entry is not a time and a line"};
    }
    rest.remove_prefix(1);
    return entry;
  }

  std::span<const Member> members_;
  std::size_t taken_ = 0;
};

} // namespace

std::string shown(const Destination& destination) {
  return redacted_url(destination.url) +
         (destination.org_id.empty() ? "" : " (" + destination.org_id + ')');
}

SpoolRecord record_for(const Destination& destination, const Entry& entry) {
  return {.destination = destination, .labels = entry.labels, .metadata = entry.metadata};
}

void RecordText::begin(const SpoolRecord& head) {
  JsonObject object;
  object.raw("version", std::to_string(format_version))
      .text("url", head.destination.url)
      .text("org_id", head.destination.org_id)
      .raw("labels", json_object(head.labels))
      .raw("metadata", json_object(head.metadata));
  if (head.is_restamped) {
    object.raw("restamped", "true");
  }
  if (head.doubt != Doubt::none) {
    object.text("doubt", doubt_names[static_cast<std::size_t>(head.doubt)]);
  }
  text_ = object.raw("entries", "[").str();
  text_.pop_back(); // the brace
  oldest_ = Instant::max();
  entries_ = 0;
}

void RecordText::add(Instant time, std::string_view line) {
  text_.append(entries_ == 0 ? "[\"" : ",[\"").append(unix_nanoseconds(time)) += "\",";
  append_json_string(text_, line);
  text_ += ']';
  oldest_ = std::min(oldest_, time);
  entries_ += 1;
}

SpoolName RecordText::name(std::uint64_t id, int attempts) const {
  SpoolName name{oldest_, id, static_cast<std::uint32_t>(text_.size()), entries_};
  name.add_attempts(attempts);
  return name;
}

RecordText encode(const SpoolRecord& record) {
  RecordText text;
  text.begin(record);
  for (const TimedLine& entry : record.entries) {
    text.add(entry.time, entry.line);
  }
  text.end();
  return text;
}

DecodedRecord decode_record(std::string_view text) {
  JsonReader object;
  if (!object.read_object(text)) {
    return std::string{text.empty() ? "it is empty" : "it is torn, or not JSON"};
  }
  try {
    return RecordDecoder{object.members()}.record();
  } catch (const Rejection& rejection) {
    return rejection.reason;
  }
}

DecodedRecord record_of(const boost::system::result<std::string, std::error_code>& text) {
  return text ? decode_record(*text) : DecodedRecord{system_words(text.error())};
}

std::string event_of(std::string_view line) {
  JsonReader object;
  if (!object.read_object(line)) {
    return "";
  }
  const auto members = object.members();
  const auto name = std::ranges::find(members, "event", &Member::name);
  return name == members.end() ? "" : string_value(name->json).value_or("");
}

} // namespace metrics_event
