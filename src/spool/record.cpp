#include "spool/record.hpp"

#include "base/text.hpp"
#include "base/value.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"
#include "loki/endpoint.hpp"
#include "loki/header.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>

namespace metrics_event {
namespace {

constexpr std::uint64_t format_version = 1;
constexpr std::size_t time_digits = 19; // as many as the largest int64 has
constexpr std::size_t id_digits = 16;

constexpr std::array<std::string_view, 4> doubt_names{"none", "possibly stored", "unconfirmed",
                                                      "unconfirmed twice"};

// This exception leaves the nested calls of the decoder; decode_record turns it into a result.
struct Rejection {
  std::string reason;
};

std::string with_zeros(std::string digits, std::size_t width) {
  return digits.insert(0, width - std::min(digits.size(), width), '0');
}

// Removes the text before a separator, and the separator, and returns that text. Without a
// separator, the result is empty and the whole text is removed.
std::string_view cut(std::string_view& text, std::string_view separator) {
  const std::size_t end = text.find(separator);
  const std::string_view part = text.substr(0, end == text.npos ? 0 : end);
  text.remove_prefix(end == text.npos ? text.size() : end + separator.size());
  return part;
}

// Reads the members of a record from its object one by one. It counts them to detect unknown ones.
class RecordDecoder {
public:
  explicit RecordDecoder(std::span<const Member> members) : members_{members} {}

  SpoolRecord record() {
    check_version();
    SpoolRecord record{.destination = {string("url"), string("org_id")}, .entry = entry()};
    check(record.destination);
    record.is_restamped = has("restamped") && take("restamped") == "true";
    record.doubt = has("doubt") ? doubt(string("doubt")) : Doubt::none;
    if (taken_ < members_.size()) {
      throw Rejection{"it has a member that is unknown: " + quote(first_unknown())};
    }
    return record;
  }

private:
  static constexpr std::array<std::string_view, 9> known{"version", "url",       "org_id",
                                                         "labels",  "metadata",  "entry_time_ns",
                                                         "line",    "restamped", "doubt"};

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
      throw Rejection{"its URL is not one to send to"};
    }
    if (!destination.org_id.empty() && !parse_tenant(destination.org_id)) {
      throw Rejection{"its tenant is not one"};
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

  Entry entry() {
    Entry entry{.labels = labels("labels"), .metadata = labels("metadata")};
    if (entry.labels.empty() || entry.labels.size() > most_labels) {
      throw Rejection{"it has no labels, or too many"};
    }
    const auto time = parse_unix_nanoseconds(string("entry_time_ns"));
    if (!time) {
      throw Rejection{"its entry time is not a number of nanoseconds"};
    }
    entry.time = *time;
    entry.line = string("line");
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

std::string encode(const SpoolRecord& record) {
  JsonObject object;
  object.raw("version", std::to_string(format_version))
      .text("url", record.destination.url)
      .text("org_id", record.destination.org_id)
      .raw("labels", json_object(record.entry.labels))
      .raw("metadata", json_object(record.entry.metadata))
      .text("entry_time_ns", unix_nanoseconds(record.entry.time))
      .text("line", record.entry.line);
  if (record.is_restamped) {
    object.raw("restamped", "true");
  }
  if (record.doubt != Doubt::none) {
    object.text("doubt", doubt_names[static_cast<std::size_t>(record.doubt)]);
  }
  return object.str() + '\n';
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

std::string event_of(const Entry& entry) {
  JsonReader line;
  if (!line.read_object(entry.line)) {
    return "";
  }
  const auto members = line.members();
  const auto name = std::ranges::find(members, "event", &Member::name);
  return name == members.end() ? "" : string_value(name->json).value_or("");
}

std::string SpoolName::text() const {
  std::array<char, id_digits> hex{};
  const auto end = std::to_chars(hex.begin(), hex.end(), id, 16);
  return with_zeros(unix_nanoseconds(time), time_digits) + '.' +
         with_zeros({hex.data(), end.ptr}, id_digits) + ",S=" + std::to_string(size) +
         ",A=" + std::to_string(attempts) + ".json";
}

std::string_view stem_of(std::string_view name) {
  return name.substr(0, name.find(','));
}

std::uint64_t size_in(std::string_view name) {
  constexpr std::size_t size_begin = time_digits + 1 + id_digits + std::string_view{",S="}.size();
  std::uint64_t size = 0;
  if (name.size() > size_begin) {
    std::from_chars(name.data() + size_begin, name.data() + name.size(), size);
  }
  return size;
}

std::optional<SpoolName> parse_spool_name(std::string_view name) {
  std::string_view rest = name;
  const auto time = parse_unix_nanoseconds(cut(rest, "."));
  const auto id = parse_digits(cut(rest, ",S="), 16);
  const auto size = parse_digits(cut(rest, ",A="));
  const auto attempts = parse_count(cut(rest, ".json"), 0, std::numeric_limits<int>::max());
  if (!time || !id || !size || !attempts) {
    return std::nullopt;
  }
  const SpoolName parsed{*time, *id, *size, static_cast<int>(*attempts)};
  // Only the canonical spelling is accepted; a number with extra zeros makes the name foreign.
  return parsed.text() == name ? std::optional{parsed} : std::nullopt;
}

} // namespace metrics_event
