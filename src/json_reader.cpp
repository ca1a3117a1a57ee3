#include "json_reader.hpp"

#include "json_text.hpp"
#include "number.hpp"
#include "text.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <cstdint>
#include <set>
#include <utility>

namespace metrics_event {
namespace {

constexpr std::string_view white_space = " \t\r\n";

// Boost.JSON's event interface: rewrites each token as it comes, so that no number becomes a
// double.
struct Compactor {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Error = boost::json::error_code&;
  using Text = boost::json::string_view;

  // A member of the outermost object, its value as a part of `out`.
  struct Place {
    std::string name;
    std::size_t begin;
    std::size_t end;
  };

  std::string out;
  std::string token;
  std::string mistake;                      // that Boost.JSON does not see
  std::vector<std::set<std::string>> names; // of each object and array that is open
  std::vector<Place> members;
  bool is_object = false;

  bool refuse(std::string text, Error error) {
    mistake = std::move(text);
    error = boost::json::error::syntax;
    return false;
  }
  void separate() {
    if (!out.empty() && out.back() != '{' && out.back() != '[' && out.back() != ':') {
      out += ',';
    }
  }
  void end_value() {
    if (names.size() == 1 && !members.empty()) {
      members.back().end = out.size();
    }
  }
  bool begin(char bracket) {
    separate();
    is_object = is_object || (out.empty() && bracket == '{');
    out += bracket;
    names.emplace_back();
    return true;
  }
  bool end(char bracket) {
    out += bracket;
    names.pop_back();
    end_value();
    return true;
  }
  bool part(Text text) {
    token.append(text.data(), text.size());
    return true;
  }
  bool scalar(Text text) {
    separate();
    part(text);
    out += token;
    token.clear();
    end_value();
    return true;
  }
  void string(Text text) {
    separate();
    part(text);
    append_json_string(out, token);
  }

  bool on_document_begin(Error) { return true; }
  bool on_document_end(Error) { return true; }
  bool on_object_begin(Error) { return begin('{'); }
  bool on_object_end(std::size_t, Error) { return end('}'); }
  bool on_array_begin(Error) { return begin('['); }
  bool on_array_end(std::size_t, Error) { return end(']'); }
  bool on_key_part(Text text, std::size_t, Error) { return part(text); }
  bool on_key(Text text, std::size_t, Error error) {
    string(text);
    out += ':';
    const std::string name = std::exchange(token, {});
    if (names.size() == 1) {
      members.push_back({name, out.size(), out.size()});
    }
    return names.back().insert(name).second || refuse(quote(name) + " is there twice", error);
  }
  bool on_string_part(Text text, std::size_t, Error) { return part(text); }
  bool on_string(Text text, std::size_t, Error) {
    string(text);
    token.clear();
    end_value();
    return true;
  }
  bool on_number_part(Text text, Error) { return part(text); }
  bool on_int64(std::int64_t, Text text, Error) { return scalar(text); }
  bool on_uint64(std::uint64_t, Text text, Error) { return scalar(text); }
  bool on_double(double, Text text, Error error) {
    part(text);
    if (!plain_number(token)) {
      return refuse("expected a number within the range of a double, got " + quote(token), error);
    }
    return scalar({});
  }
  bool on_bool(bool value, Error) { return scalar(value ? "true" : "false"); }
  bool on_null(Error) { return scalar("null"); }
  bool on_comment_part(Text, Error) { return true; }
  bool on_comment(Text, Error) { return true; }
};

// Goes through the members of an object that is known to be JSON.
class MemberScanner {
public:
  explicit MemberScanner(std::string_view object) : text_{object} {
    skip_white_space();
    is_object_ = at_ < text_.size() && text_[at_] == '{';
    at_ += is_object_ ? 1U : 0U;
  }

  bool next() {
    skip_white_space();
    if (!is_object_ || at_ == text_.size() || text_[at_] == '}') {
      return false;
    }
    const std::size_t name = at_;
    skip_value();
    name_ = text_.substr(name, at_ - name);
    skip_white_space();
    ++at_; // the colon
    skip_white_space();
    value_ = at_;
    skip_value();
    end_ = at_;
    skip_white_space();
    at_ += at_ < text_.size() && text_[at_] == ',' ? 1U : 0U;
    return true;
  }

  std::string_view name() const { return name_; } // as JSON
  std::string_view value() const { return text_.substr(value_, end_ - value_); }
  std::size_t offset() const { return value_; }

private:
  void skip_white_space() {
    at_ = std::min(text_.find_first_not_of(white_space, at_), text_.size());
  }
  void skip_string() {
    for (++at_; text_[at_] != '"'; ++at_) {
      at_ += text_[at_] == '\\' ? 1U : 0U;
    }
    ++at_;
  }
  void skip_value() {
    int depth = 0;
    do {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
      } else if (c == '{' || c == '[' || c == '}' || c == ']') {
        depth += c == '{' || c == '[' ? 1 : -1;
        ++at_;
      } else if (depth > 0) {
        ++at_;
      } else {
        at_ = std::min(text_.find_first_of(", \t\r\n}]:", at_), text_.size());
      }
    } while (depth > 0);
  }

  std::string_view text_;
  std::string_view name_;
  std::size_t at_ = 0;
  std::size_t value_ = 0;
  std::size_t end_ = 0;
  bool is_object_;
};

// Reads one JSON value; nothing when all is well.
std::optional<JsonMistake> compact(std::string_view text, Compactor& compactor) {
  boost::json::basic_parser<Compactor> parser{boost::json::parse_options{}};
  boost::json::error_code error;
  const std::size_t parsed = parser.write_some(false, text.data(), text.size(), error);
  compactor = std::move(parser.handler());
  if (!compactor.mistake.empty()) {
    return JsonMistake{parsed, std::move(compactor.mistake)};
  }
  if (text.find_first_not_of(white_space) == text.npos) {
    return JsonMistake{0, "expected JSON, got nothing"};
  }
  if (error) {
    return JsonMistake{parsed, "no JSON: " + lower_first(error.message())};
  }
  const std::size_t rest = text.find_first_not_of(white_space, parsed);
  return rest == text.npos ? std::nullopt
                           : std::optional{JsonMistake{rest, "something follows the JSON"}};
}

} // namespace

ParsedJson<std::string> compact_json(std::string_view text) {
  Compactor compactor;
  if (auto mistake = compact(text, compactor)) {
    return *std::move(mistake);
  }
  return std::move(compactor.out);
}

ParsedJson<Members> parse_members(std::string_view text) {
  Compactor compactor;
  if (auto mistake = compact(text, compactor)) {
    return *std::move(mistake);
  }
  if (!compactor.is_object) {
    return JsonMistake{text.find_first_not_of(white_space), "expected a JSON object"};
  }
  Members members;
  for (Compactor::Place& place : compactor.members) {
    members.push_back(
        {std::move(place.name), compactor.out.substr(place.begin, place.end - place.begin)});
  }
  return members;
}

std::size_t offset_of(std::string_view text, std::string_view member) {
  MemberScanner scanner{text};
  while (scanner.next()) {
    const std::string name = string_value(scanner.name()).value_or("");
    if (name == member) {
      return scanner.offset();
    }
    if (member.starts_with(name + '.')) {
      const std::size_t inner = offset_of(scanner.value(), member.substr(name.size() + 1));
      return scanner.offset() + inner;
    }
  }
  return 0;
}

std::optional<std::string> string_value(std::string_view json) {
  boost::json::error_code error;
  const boost::json::value value = boost::json::parse({json.data(), json.size()}, error);
  if (error || !value.is_string()) {
    return std::nullopt;
  }
  return std::string{value.get_string().data(), value.get_string().size()};
}

} // namespace metrics_event
