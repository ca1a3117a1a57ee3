#include "commands/position.hpp"

#include "base/text.hpp"
#include "base/value.hpp"
#include "json/reader.hpp"
#include "json/writer.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <span>

namespace metrics_event {
namespace {

constexpr std::uint64_t position_version = 1;
constexpr char dealt_with = '-';
constexpr std::string_view doubt_letters = "npuU"; // in the order of Doubt

// This exception leaves the nested calls of the decoder; decode_position turns it into a result.
struct BadPosition {
  std::string reason;
};

// Returns the runs as words such as `1000:1x10000`: the time in nanoseconds after that of the run
// before it, and, unless they are 0 and 1, how far the entry time is ahead, and the number of
// events. A position with 10 000 events of different times has some 100 KB in this form.
std::string words_of(std::span<const TimeRun> runs) {
  std::string words;
  Instant before{};
  for (const TimeRun& run : runs) {
    words.append(words.empty() ? "" : " ").append(std::to_string((run.own - before).count()));
    if (run.time != run.own) {
      words.append(1, ':').append(std::to_string((run.time - run.own).count()));
    }
    if (run.count != 1) {
      words.append(1, 'x').append(std::to_string(run.count));
    }
    before = run.own;
  }
  return words;
}

// Returns the runs as words such as `1000p`: a number of lines, and a letter for what is open.
std::string words_of(std::span<const LineRun> runs) {
  return joined(runs, " ", [](const LineRun& run) {
    return std::to_string(run.count) +
           (run.doubt ? doubt_letters[static_cast<std::size_t>(*run.doubt)] : dealt_with);
  });
}

// Removes a number from the beginning of a word.
template <class Number>
Number take_number(std::string_view& word) {
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
  if (error != std::errc{}) {
    throw BadPosition{"it has a bad number: " + quote(word)};
  }
  word.remove_prefix(static_cast<std::size_t>(end - word.data()));
  return number;
}

template <class Number>
Number take_number_after(char letter, std::string_view& word, Number otherwise) {
  if (!word.starts_with(letter)) {
    return otherwise;
  }
  word.remove_prefix(1);
  return take_number<Number>(word);
}

template <class Visit>
void for_each_word(std::string_view words, Visit&& visit) {
  while (!words.empty()) {
    std::string_view word = words.substr(0, words.find(' '));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    visit(word);
    if (!word.empty()) {
      throw BadPosition{"it has an unknown ending: " + quote(word)};
    }
  }
}

std::vector<TimeRun> time_runs(std::string_view words) {
  std::vector<TimeRun> runs;
  Instant before{};
  for_each_word(words, [&](std::string_view& word) {
    const Instant own = before + std::chrono::nanoseconds{take_number<std::int64_t>(word)};
    const std::chrono::nanoseconds ahead{take_number_after<std::int64_t>(':', word, 0)};
    runs.push_back({own, own + ahead, take_number_after<std::uint64_t>('x', word, 1)});
    before = own;
  });
  return runs;
}

std::vector<LineRun> line_runs(std::string_view words) {
  std::vector<LineRun> runs;
  for_each_word(words, [&](std::string_view& word) {
    LineRun run{take_number<std::uint64_t>(word)};
    const std::size_t letter = word.empty() ? word.npos : doubt_letters.find(word[0]);
    if (letter != word.npos) {
      run.doubt = static_cast<Doubt>(letter);
    } else if (!word.starts_with(dealt_with)) {
      throw BadPosition{"it has an unknown letter: " + quote(word)};
    }
    word.remove_prefix(1);
    runs.push_back(run);
  });
  return runs;
}

class PositionDecoder {
public:
  explicit PositionDecoder(std::span<const Member> members) : members_{members} {}

  Position position() const {
    if (number("version") != position_version) {
      throw BadPosition{"its format version is not " + std::to_string(position_version)};
    }
    Position position{.destination = {string("url"), string("org_id")},
                      .labels = labels("labels"),
                      .device = number("device"),
                      .inode = number("inode"),
                      .begin = number("begin"),
                      .line = number("line"),
                      .imprint = {number("size"), number("head"), number("tail")},
                      .times = time_runs(string("times"))};
    std::uint64_t events = 0;
    for (const TimeRun& run : position.times) {
      events += std::min<std::uint64_t>(run.count, DistinctTimes::most_remembered + 1);
    }
    if (events > DistinctTimes::most_remembered) {
      throw BadPosition{"it has too many times"};
    }
    if (has("push")) {
      JsonReader object;
      if (!object.read_object(take("push"))) {
        throw BadPosition{"its push is not an object"};
      }
      position.push = PositionDecoder{object.members()}.push();
    }
    const std::uint64_t end = position.push ? position.push->end : position.begin;
    if (position.imprint.size != end || position.begin > end ||
        (position.push && position.push->last_line < position.line)) {
      throw BadPosition{"its offsets contradict each other"};
    }
    return position;
  }

private:
  bool has(std::string_view name) const {
    return std::ranges::find(members_, name, &Member::name) != members_.end();
  }

  std::string_view take(std::string_view name) const {
    const auto found = std::ranges::find(members_, name, &Member::name);
    if (found == members_.end()) {
      throw BadPosition{"it lacks " + quote(name)};
    }
    return found->json;
  }

  std::uint64_t number(std::string_view name) const {
    const auto number = parse_digits(take(name));
    if (!number) {
      throw BadPosition{"its " + quote(name) + " is not a number"};
    }
    return *number;
  }

  std::string string(std::string_view name) const {
    auto text = string_value(take(name));
    if (!text) {
      throw BadPosition{"its " + quote(name) + " is not a string"};
    }
    return *std::move(text);
  }

  Labels labels(std::string_view name) const {
    JsonReader object;
    if (!object.read_object(take(name))) {
      throw BadPosition{"its " + quote(name) + " are not an object"};
    }
    Labels labels;
    for (const Member& label : object.members()) {
      labels.emplace(label.name, string_value(label.json).value_or(""));
    }
    return labels;
  }

  OpenPush push() const {
    return {.end = number("end"),
            .last_line = number("last_line"),
            .entry_time = string("entry_time") == "event" ? EntryTime::event : EntryTime::now,
            .metadata = labels("metadata"),
            .read_at = time_runs(string("read_at")),
            .lines = line_runs(string("lines")),
            .is_spooling = take("spooling") == "true"};
  }

  std::span<const Member> members_;
};

std::string json_of(const OpenPush& push) {
  return JsonObject{}
      .number("end", push.end)
      .number("last_line", push.last_line)
      .text("entry_time", push.entry_time == EntryTime::event ? "event" : "now")
      .raw("metadata", json_object(push.metadata))
      .text("read_at", words_of(push.read_at))
      .text("lines", words_of(push.lines))
      .raw("spooling", push.is_spooling ? "true" : "false")
      .str();
}

// Returns the run that has the element of an index, counted from 0; null when there is none.
template <class Run>
const Run* run_at(std::span<const Run> runs, std::uint64_t index) {
  for (const Run& run : runs) {
    if (index < run.count) {
      return &run;
    }
    index -= run.count;
  }
  return nullptr;
}

} // namespace

std::string encode(const Position& position) {
  JsonObject object;
  object.number("version", position_version)
      .text("url", position.destination.url)
      .text("org_id", position.destination.org_id)
      .raw("labels", json_object(position.labels))
      .number("device", position.device)
      .number("inode", position.inode)
      .number("begin", position.begin)
      .number("line", position.line)
      .number("size", position.imprint.size)
      .number("head", position.imprint.head)
      .number("tail", position.imprint.tail)
      .text("times", words_of(position.times));
  if (position.push) {
    object.raw("push", json_of(*position.push));
  }
  return object.str() + '\n';
}

boost::system::result<Position, std::string> decode_position(std::string_view text) {
  JsonReader object;
  if (!object.read_object(text)) {
    return std::string{"it is torn, or not JSON"};
  }
  try {
    return PositionDecoder{object.members()}.position();
  } catch (const BadPosition& bad) {
    return bad.reason;
  }
}

Instant read_time(const OpenPush& push, std::uint64_t first, std::uint64_t line) {
  const TimeRun* const run = run_at(std::span<const TimeRun>{push.read_at}, line - first);
  return run == nullptr ? Instant{} : run->own;
}

std::optional<Doubt> doubt_about(const OpenPush& push, std::uint64_t first, std::uint64_t line) {
  const LineRun* const run = run_at(std::span<const LineRun>{push.lines}, line - first);
  return run == nullptr ? std::nullopt : run->doubt;
}

} // namespace metrics_event
