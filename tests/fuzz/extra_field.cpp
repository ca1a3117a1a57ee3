#include "event/extra_field.hpp"
#include "json/reader.hpp"

#include "base/text.hpp"
#include "fuzz/target.hpp"

#include <algorithm>
#include <string>

namespace metrics_event::testing {
namespace {

std::vector<ExtraField> fields_of(std::string_view input) {
  std::vector<ExtraField> fields;
  for (const std::string_view word : lines_of(input)) {
    auto field = parse_extra_field(word);
    if (!field) {
      must(is_safe_to_show(field.error().text), "a mismatch is safe to show");
      continue;
    }
    must(is_extra_field(word) || word.find("://") < word.find('='),
         "what is taken apart has a separator");
    fields.push_back(*std::move(field));
  }
  return fields;
}

} // namespace

// Arguments with undeclared fields, one a line. What would be the path of a file is the text
// itself.
void fuzz_extra_field(std::string_view input) {
  const std::vector<ExtraField> fields = fields_of(input);
  const auto outline = outline_of(fields);
  if (!outline) {
    must(is_safe_to_show(outline.error().text), "a conflict is safe to show");
    return;
  }
  const auto object = object_of(fields);
  if (!object) {
    must(is_safe_to_show(object.error().text), "a mismatch is safe to show");
    return;
  }
  must(is_safe_to_show(*object), "an object is safe to show");
  must(compact_json(*object) == *object, "an object is compact JSON");
  JsonReader before;
  JsonReader after;
  must(before.read_object(*outline) && after.read_object(*object), "they are objects");
  must(std::ranges::equal(before.members(), after.members(), {}, &Member::name, &Member::name),
       "values do not change the names");
}

} // namespace metrics_event::testing
