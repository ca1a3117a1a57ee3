#pragma once

#include "base/mismatch.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace metrics_event {

/// Decides which JSON values a field of the type `json` takes.
class JsonRule {
public:
  JsonRule() = default;
  JsonRule(const JsonRule&) = delete;
  JsonRule& operator=(const JsonRule&) = delete;
  virtual ~JsonRule() = default;

  /// Appends a value, given in the form that `compact_json` returns, as the line has it. Returns a
  /// mismatch when the value is not allowed; `out` is then unspecified. The text of a mismatch in
  /// a part of the value begins with the JSON pointer of the part (RFC 6901).
  virtual std::optional<Mismatch> append(std::string& out, std::string_view json) const = 0;

  /// Describes the allowed values in words, such as "a list, each text", which are safe to show.
  virtual std::string words() const = 0;
};

/// Returns true when a mismatch is in a part of the value, whose pointer then begins its text.
inline bool is_in_part(const Mismatch& mismatch) {
  return mismatch.text.starts_with('/');
}

} // namespace metrics_event
