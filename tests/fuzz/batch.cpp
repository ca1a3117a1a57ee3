#include "base/text.hpp"
#include "event/batch_line.hpp"
#include "event/catalogue.hpp"
#include "fuzz/target.hpp"
#include "json/reader.hpp"
#include "schema/reader.hpp"

#include <string>

namespace metrics_event::testing {
namespace {

constexpr std::string_view declaration = R"({
  "type": "object",
  "properties": {
    "percent": {"type": "number", "minimum": 0, "maximum": 100},
    "mount": {"type": ["string", "null"], "maxLength": 8, "pattern": "^/"},
    "kind": {"enum": ["ssd", "disk"], "default": "ssd"},
    "is_full": {"type": "boolean"},
    "raid": {"type": "object", "properties": {"level": {"type": "integer"}}},
    "tags": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
    "sizes": {"type": "object", "additionalProperties": {"type": "integer"}},
    "version": {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]},
    "run.id": {"type": "number", "multipleOf": 0.1}
  },
  "required": ["percent"],
  "additionalProperties": false
})";

const EventTypes types{built_in_events(),
                       {.list =
                            [](std::optional<std::string_view> name) {
                              const EventFile thing{.name = "thing", .path = "thing.json"};
                              return name.value_or(thing.name) == thing.name
                                         ? std::vector{thing}
                                         : std::vector<EventFile>{};
                            },
                        .read = [](const EventFile& file) -> Declaration {
                          return *read_event_schema(declaration, file.name, file.path);
                        }}};

void check_line(std::string_view line) {
  constexpr Instant now{std::chrono::seconds{1'700'000'000}};
  BatchLineReader reader{types};
  BatchLineReader other{types};
  const auto time = reader.read(line, now);
  must(JsonReader{}.read_object(line) || !time, "an event is an object");
  if (!time) {
    must(time.error().column >= 1 && time.error().column <= line.size() + 1,
         "a mistake is within the line, or at its end");
    must(is_safe_to_show(time.error().text), "a mistake is safe to show");
    return;
  }
  must(is_safe_to_show(reader.line()), "a line is one line and safe to show");
  must(compact_json(reader.line()) == reader.line(), "a line is compact JSON");
  const auto again = other.read(reader.line(), Instant{});
  must(again && *again == *time, "a line is taken again, with its time");
  must(other.line() == reader.line(), "a line stays as it is");
}

} // namespace

// The lines of a batch. The type `thing` is declared, and those that are built in.
void fuzz_batch(std::string_view input) {
  must(types.find("thing") != nullptr, "a declaration is found");
  for (const std::string_view line : lines_of(input)) {
    check_line(line);
  }
}

} // namespace metrics_event::testing
