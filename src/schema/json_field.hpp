#pragma once

#include "event/type.hpp"
#include "schema/field.hpp"
#include "schema/schema_file.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace metrics_event {

/// Reads the fields of the type `json`: values that are not scalars, such as a list, a map or a
/// union.
class JsonFieldReader {
public:
  /// Both must outlive this object and the fields.
  JsonFieldReader(const SchemaFile& file, FieldStore& store) : file_{file}, store_{store} {}

  /// Returns the field that a schema declares. `name` and `parent` must outlive the field. Throws
  /// SchemaMistake when the schema is not valid, or too large once its references are followed.
  Field read(const Schema& schema, std::string_view name, std::string_view parent);

private:
  // What a schema allows, and the schema without references and annotations, as it is printed.
  struct Part {
    const JsonRule* rule;
    std::string json;
    const Field* scalar = nullptr; // when the schema is one of a scalar
    const Field* item = nullptr;   // when the schema is one of a list of scalars
  };

  Part inner(const SchemaValue& value);
  Part whole(const Schema& schema);
  Part typed(const Schema& schema, const std::string& type);
  Part scalar(Schema schema);
  Part list(const Schema& schema);
  Part object(const Schema& schema);
  Part values(const Schema& schema);
  Part null();
  Part combination(const SchemaValue& keyword);
  Part union_of(std::vector<Part> parts, std::string_view keyword);

  template <class Rule, class... Arguments>
  const JsonRule* keep(Arguments&&... arguments);

  const SchemaFile& file_;
  FieldStore& store_;
  std::vector<std::string> open_; // the references that lead to the schema being read
  std::size_t levels_ = 0;        // how many schemas that one is within
};

} // namespace metrics_event
