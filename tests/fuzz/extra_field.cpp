#include "event/extra_field.hpp"
#include "json/writer.hpp"

#include "base/text.hpp"
#include "fuzz/target.hpp"

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
  const auto shape = shape_of(fields);
  if (!shape) {
    must(is_safe_to_show(shape.error()), "a conflict is safe to show");
    return;
  }
  const auto members = members_of(fields);
  if (!members) {
    must(is_safe_to_show(members.error().mismatch.text), "a mismatch is safe to show");
    return;
  }
  must(members->size() == shape->size(), "values do not change the shape");
  for (std::size_t i = 0; i < members->size(); ++i) {
    const Member& member = (*members)[i];
    must(member.name == (*shape)[i].name, "values do not change the names");
    must(is_safe_to_show(json_string(member.name)), "a name is safe to show");
    must(is_safe_to_show(member.json), "a value is safe to show");
    must(compact_json(member.json) == member.json, "a value is compact JSON");
  }
}

} // namespace metrics_event::testing
