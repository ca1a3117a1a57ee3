#include "event/event.hpp"

#include "base/exit_code.hpp"
#include "event/field_value.hpp"
#include "json/writer.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

using Form = GivenField::Form;
using std::chrono::nanoseconds;

// Writes the members of a line in order. Neighbouring fields `a.b` and `a.c` become members of one
// object a.
class LineWriter {
public:
  LineWriter(std::string& out, Instant timestamp, const EventShape& shape)
      : out_{out}, shape_{shape} {
    out_ += R"({"timestamp":)";
    append_unix_seconds(out_, timestamp);
    out_ += shape.event_member();
  }

  // Begins a member at the top level and returns the line, to which the caller appends the value; a
  // dot in its name has no meaning.
  std::string& extra(std::string_view name) {
    close_parent();
    begin(name);
    return out_;
  }
  // Begins a field and returns the line, to which the caller appends the value.
  std::string& field(const Field& field) {
    const EventShape::Slot& slot = shape_.slot(field);
    if (slot.parent != parent_) {
      close_parent();
      open_parent(slot.parent);
    }
    const std::size_t comma = out_.back() == '{' ? 1 : 0;
    out_.append(slot.begin, comma);
    return out_;
  }
  void finish() {
    close_parent();
    out_ += '}';
  }

private:
  void begin(std::string_view name) {
    out_ += ',';
    append_json_string(out_, name);
    out_ += ':';
  }
  void open_parent(std::string_view parent) {
    if (!parent.empty()) {
      begin(parent);
      out_ += '{';
    }
    parent_ = parent;
  }
  void close_parent() {
    if (!parent_.empty()) {
      out_ += '}';
      parent_ = {};
    }
  }

  std::string& out_;
  const EventShape& shape_;
  std::string_view parent_;
};

// Builds the line of one event. After a mistake it goes on to the end, and `build` then returns all
// of them.
class Builder {
public:
  Builder(std::string& line, const EventShape& shape, const GivenEvent& given, Instant now,
          std::vector<std::string>* warnings)
      : type_{shape.type()}, given_{given}, now_{now}, warnings_{warnings},
        timestamp_{timestamp()}, line_{line, timestamp_, shape} {}

  boost::system::result<Instant, EventMistake> build() {
    for (const Field& field : type_.fields) {
      add(field);
    }
    for (const Member& extra : given_.extras) {
      std::string& line = line_.extra(extra.name);
      const bool may_be_null = type_.extras != nullptr && !type_.extras->required;
      if (type_.extras == nullptr || (may_be_null && extra.json == "null")) {
        line += extra.json;
      } else if (const auto mismatch = append_json(line, *type_.extras, extra.json)) {
        blame(extra.name, extra.name, *mismatch);
      }
    }
    line_.finish();
    if (!mistakes_.empty()) {
      return first_of(std::move(mistakes_));
    }
    return timestamp_;
  }

private:
  // Returns the timestamp that is given, or else the current time.
  Instant timestamp() {
    const GivenField* const given = find(given_.fields, timestamp_field);
    const Instant time = given == nullptr ? now_ : instant_of(*given).value_or(now_);
    return type_.timestamp == nullptr ? time : as_declared(time, given);
  }

  // Checks the timestamp of a type that declares what it must be. Only the current time is rounded
  // down where a declaration wants whole seconds; anything else is sent as it is given or not.
  Instant as_declared(Instant time, const GivenField* given) {
    const bool is_now = given == nullptr || given->text == "now";
    if (is_now && type_.has_whole_timestamps()) {
      time = std::chrono::floor<std::chrono::seconds>(time);
    }
    std::string unused;
    if (const auto mismatch = append_json(unused, *type_.timestamp, unix_seconds(time))) {
      blame(given == nullptr ? std::string{timestamp_field.name} : given->name(),
            timestamp_field.name, *mismatch);
    }
    return time;
  }

  void add(const Field& field) {
    if (const GivenField* const given = find(given_.fields, field)) {
      add_given(*given);
    } else if (is_measured(field, given_.measurement.has_value())) {
      line_.field(field) += measured(field);
    } else if (!field.default_value.empty() &&
               has_parent(type_, given_.fields, field, given_.measurement.has_value())) {
      line_.field(field) += field.default_value;
    }
  }

  void add_given(const GivenField& given) {
    std::string& line = line_.field(*given.field);
    const auto mismatch = given.form == Form::since  ? append_since(line, given)
                          : given.form == Form::json ? append_json(line, *given.field, given.text)
                          : given.field->item != nullptr
                              ? append_items(line, *given.field)
                              : append_text(line, *given.field, given.text);
    if (mismatch) {
      blame(given, *mismatch);
    } else if (warnings_ != nullptr && given.field->required && line.ends_with(R"(:"")")) {
      // A quote within a text has a backslash before it, so these characters are an empty text.
      warnings_->push_back(given.name() + " is empty");
    }
  }

  // Appends the list whose items the flags of a field give.
  std::optional<Mismatch> append_items(std::string& line, const Field& field) const {
    std::string list = "[";
    for (const GivenField& given : given_.fields) {
      if (given.field == &field) {
        list.append(list.size() == 1 ? "" : ",");
        if (auto mismatch = append_text(list, *field.item, given.text)) {
          return mismatch;
        }
      }
    }
    return append_json(line, field, list += ']');
  }

  void blame(const GivenField& given, const Mismatch& mismatch) {
    blame(given.name(), given.field->name, mismatch);
  }
  // Keeps the mistake in a member, unless one in the same member was found just before.
  void blame(std::string_view shown, std::string_view member, const Mismatch& mismatch) {
    if (mistakes_.empty() || mistakes_.back().member != member) {
      mistakes_.push_back(
          {ExitCode::data, std::string{shown} + ": " + mismatch.text, std::string{member}});
    }
  }

  std::optional<Instant> instant_of(const GivenField& given) {
    const auto time = given.form == Form::json ? read_json_time(given.text)
                      : given.text == "now"    ? Parsed<Instant>{now_}
                                               : parse_timestamp(given.text);
    if (!time) {
      blame(given, time.error());
      return std::nullopt;
    }
    return *time;
  }

  std::optional<Mismatch> append_since(std::string& line, const GivenField& given) {
    const auto time = instant_of(given);
    if (!time) {
      // instant_of has reported the mistake already, and blame keeps one for each member.
      return Mismatch{};
    }
    if (*time > timestamp_ && warnings_ != nullptr) {
      warnings_->push_back(given.name() + ": " + unix_seconds(*time) +
                           " is after the event's time, " + unix_seconds(timestamp_) +
                           ", so the value is 0");
    }
    return append_text(line, *given.field,
                       seconds(*given.field, std::max(timestamp_ - *time, nanoseconds{})));
  }

  std::string measured(const Field& field) const {
    const Measurement& measurement = *given_.measurement;
    switch (field.measured) {
    case Measured::duration:
      return seconds(field, std::chrono::floor<std::chrono::microseconds>(measurement.duration));
    case Measured::exit_code: return std::to_string(measurement.exit_code);
    case Measured::status: return json_string(measurement.exit_code == 0 ? "normal" : "abnormal");
    case Measured::nothing: break;
    }
    return "null";
  }

  static std::string seconds(const Field& field, nanoseconds time) {
    const Instant as_time{time};
    return unix_seconds(field.type == FieldType::integer
                            ? Instant{std::chrono::floor<std::chrono::seconds>(time)}
                            : as_time);
  }

  const EventType& type_;
  const GivenEvent& given_;
  Instant now_;
  std::vector<std::string>* warnings_;
  std::vector<EventMistake> mistakes_; // precedes timestamp_, whose initializer may add one
  Instant timestamp_;
  LineWriter line_;
};

} // namespace

boost::system::result<Instant, EventMistake> append_event(std::string& line,
                                                          const EventShape& shape,
                                                          const GivenEvent& given, Instant now,
                                                          std::vector<std::string>* warnings) {
  if (auto mistake = check_names(shape.type(), given, given.measurement.has_value())) {
    return *std::move(mistake);
  }
  return Builder{line, shape, given, now, warnings}.build();
}

boost::system::result<Event, EventMistake> build_event(const EventType& type,
                                                       const GivenEvent& given, Instant now) {
  Event event{.name = std::string{type.name}, .computed_fields = {"event"}};
  const auto timestamp = append_event(event.line, EventShape{type}, given, now, &event.warnings);
  if (!timestamp) {
    return timestamp.error();
  }
  event.timestamp = *timestamp;
  if (find(given.fields, timestamp_field) != nullptr) {
    event.fields_set.emplace_back(timestamp_field.name);
  }
  for (const Field& field : type.fields) {
    if (find(given.fields, field) != nullptr) {
      event.fields_set.emplace_back(field.name);
    } else if (is_measured(field, given.measurement.has_value())) {
      event.computed_fields.emplace_back(field.name);
    }
  }
  JsonObject extra;
  for (const Member& member : given.extras) {
    event.fields_set.emplace_back(member.name);
    extra.raw(member.name, member.json);
  }
  if (type.takes_extras) {
    event.extra = extra.str();
  }
  return event;
}

} // namespace metrics_event
