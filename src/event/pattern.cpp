#include "event/pattern.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "json/reader.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>

namespace metrics_event {
namespace {

constexpr std::size_t longest_expression = 4096;

// RE2's limit in bytes for a compiled expression and the states that it caches while it matches.
// With half of it, a{1000} would have too few states and match a hundred times slower.
constexpr std::int64_t most_memory = 8L * 1024 * 1024;

// The white space of ECMA-262 and its complement, as parts of a character class. Each begins with a
// property and ends with a range, so that a hyphen next to it does not form another range.
constexpr std::string_view white_space = R"(\pZ\x{feff}\t-\r)";
constexpr std::string_view no_white_space =
    R"(\pL\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";

// The short and long names of Unicode's general categories. RE2 knows only the short ones.
constexpr std::string_view categories =
    " L=Letter Lu=Uppercase_Letter Ll=Lowercase_Letter Lt=Titlecase_Letter Lm=Modifier_Letter"
    " Lo=Other_Letter M=Mark Mn=Nonspacing_Mark Mc=Spacing_Mark Me=Enclosing_Mark N=Number"
    " Nd=Decimal_Number Nl=Letter_Number No=Other_Number P=Punctuation Pc=Connector_Punctuation"
    " Pd=Dash_Punctuation Ps=Open_Punctuation Pe=Close_Punctuation Pi=Initial_Punctuation"
    " Pf=Final_Punctuation Po=Other_Punctuation S=Symbol Sm=Math_Symbol Sc=Currency_Symbol"
    " Sk=Modifier_Symbol So=Other_Symbol Z=Separator Zs=Space_Separator Zl=Line_Separator"
    " Zp=Paragraph_Separator Cc=Control Cf=Format Cs=Surrogate Co=Private_Use ";

bool is_name(std::string_view text) {
  return !text.empty() && !is_digit(text.front()) && std::ranges::all_of(text, [](char c) {
    return is_letter_or_digit(c) || c == '_' || static_cast<unsigned char>(c) > 0x7F;
  });
}

// Returns RE2's name of a property such as Lu, Letter, gc=Letter or Script=Greek, or nothing when
// RE2 does not support the property.
std::string_view name_in_re2(std::string_view property) {
  const std::string_view kind = property.substr(0, property.find('=') + 1);
  const std::string_view name = property.substr(kind.size());
  const bool is_script = kind == "Script=" || kind == "sc=";
  const bool is_category = kind.empty() || kind == "General_Category=" || kind == "gc=";
  if (!is_name(name) || !(is_script || is_category)) {
    return "";
  }
  if (const std::size_t end = categories.find('=' + std::string{name} + ' ');
      is_category && end != categories.npos) {
    const std::size_t begin = categories.rfind(' ', end) + 1;
    return categories.substr(begin, end - begin);
  }
  // RE2 has scripts, Any and the short names in one namespace, where only the short names have one
  // or two letters. Its C is rejected because it lacks the unassigned characters.
  constexpr std::size_t longest_short_name = 2;
  const bool is_short = name.size() <= longest_short_name;
  return is_short == is_category && name != "Any" && name != "C" ? name : "";
}

// Translates an expression of ECMA-262 (with the flag u) into the syntax of RE2. It rejects
// constructs that only one of the two has, and leaves mistakes such as a missing parenthesis to
// RE2. It is as lenient as ECMA-262 without the flag u in two points: any punctuation may be
// escaped, and braces may stand for themselves.
class Translation {
public:
  explicit Translation(std::string_view expression) : text_{expression} {
    while (at_ < text_.size()) {
      translate_next();
    }
  }

  // Returns the reason why the expression was rejected, or nothing when it was not.
  const std::string& mistake() const { return mistake_; }

  // Returns the translation. RE2 would match \B between the bytes of a character, too, so that an
  // expression with \B is made to begin after whole characters.
  std::string result() const { return has_non_boundary_ ? "^(?s:.)*?(?:" + out_ + ')' : out_; }

private:
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(std::string_view words) {
    const bool is_next = text_.substr(at_).starts_with(words);
    at_ += is_next ? words.size() : 0;
    return is_next;
  }

  // Returns the text before the next `end` and moves past it. Returns nothing when there is none.
  std::string_view take_until(char end) {
    const std::size_t begin = at_;
    const std::size_t found = text_.find(end, begin);
    at_ = std::min(found, text_.size() - 1) + 1;
    return found == text_.npos ? "" : text_.substr(begin, found - begin);
  }

  // Returns the part of the expression from `begin` to the current place.
  std::string_view part(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

  // Ends the translation and rejects the construct that began at `begin`.
  void reject(std::string_view kind, std::size_t begin, const std::string& remedy = "") {
    mistake_ = "unsupported " + std::string{kind} + quote(part(begin)) + remedy + " at offset " +
               std::to_string(begin);
    at_ = text_.size();
  }

  void translate_next() {
    const std::size_t begin = at_;
    const char c = text_[at_++];
    if (c == '\\') {
      translate_escape(begin);
    } else if (c == '[') {
      translate_bracket(begin);
    } else if (c == '(' && !is_in_class_ && take("?")) {
      translate_group(begin);
    } else if (c == '.' && !is_in_class_) {
      out_ += R"([^\n\r\x{2028}\x{2029}])";
    } else {
      is_in_class_ = is_in_class_ && c != ']';
      out_ += c;
    }
  }

  void translate_bracket(std::size_t begin) {
    if (is_in_class_ && (take(":") || take(".") || take("="))) {
      reject("", begin, " in a class, write " + quote('\\' + std::string{part(begin)}) + ',');
    } else if (!is_in_class_ && take("]")) { // in RE2, this bracket would be a member of the class
      out_ += R"([^\x{0}-\x{10ffff}])";
    } else if (!is_in_class_ && take("^]")) {
      out_ += "(?s:.)";
    } else {
      is_in_class_ = true;
      out_ += '[';
    }
  }

  void translate_group(std::size_t begin) {
    if (take(":")) {
      out_ += "(?:";
    } else if (take("=") || take("!")) {
      reject("look-ahead ", begin);
    } else if (take("<=") || take("<!")) {
      reject("look-behind ", begin);
    } else if (take("<") && is_name(take_until('>'))) {
      out_ += '('; // the name is dropped, as back-references are rejected
    } else {
      at_ = std::min(begin + 3, text_.size());
      reject("group ", begin);
    }
  }

  void translate_escape(std::size_t begin) {
    constexpr std::string_view the_same_in_re2 = "bBdDfnrtvwW";
    const char c = next();
    at_ = std::min(at_ + 1, text_.size());
    if (c == 's' || c == 'S') {
      const std::string set{c == 's' ? white_space : no_white_space};
      out_ += is_in_class_ ? set : '[' + set + ']';
    } else if (c == 'p' || c == 'P') {
      translate_property(begin);
    } else if (c == 'u') {
      translate_code_point(begin);
    } else if (c == 'b' && is_in_class_) {
      out_ += "\\x08";
    } else if (c == 'c' && is_letter(next())) {
      constexpr char controls = 32;
      add(std::string(1, static_cast<char>(text_[at_++] % controls)));
    } else if (the_same_in_re2.find(c) != the_same_in_re2.npos || !is_letter_or_digit(c) ||
               (c == 'x' && next() != '{') || (c == '0' && !is_digit(next()))) {
      has_non_boundary_ = has_non_boundary_ || c == 'B';
      out_ += part(begin);
    } else if (c == 'k' || (is_digit(c) && c != '0')) {
      reject("back-reference ", begin);
    } else {
      reject("escape ", begin,
             c == 'A'               ? ", write \"^\","
             : c == 'Z' || c == 'z' ? ", write \"$\","
                                    : "");
    }
  }

  void translate_property(std::size_t begin) {
    const std::string_view name = take("{") ? name_in_re2(take_until('}')) : "";
    if (name.empty()) {
      reject("property ", begin);
    }
    out_.append(text_.substr(begin, 3)).append(name).append(1, '}');
  }

  void translate_code_point(std::size_t begin) {
    if (take("{")) {
      out_ += "\\x{"; // the rest is the same in RE2
      return;
    }
    constexpr std::size_t one_escape = 6;
    for (const std::size_t size : {one_escape, 2 * one_escape}) { // two may form a surrogate pair
      at_ = std::min(begin + size, text_.size());
      const auto json = compact_json('"' + std::string{part(begin)} + '"'); // checks the escapes
      if (const auto character = json ? string_value(*json) : std::nullopt) {
        return add(*character); // \u has the same meaning in JSON
      }
    }
    at_ = std::min(begin + one_escape, text_.size());
    reject("escape ", begin);
  }

  void add(const std::string& character) { out_ += re2::RE2::QuoteMeta(character); }

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_in_class_ = false;
  bool has_non_boundary_ = false; // there is a \B
  std::string out_;
  std::string mistake_;
};

} // namespace

boost::system::result<Pattern, std::string> Pattern::compile(std::string_view expression) {
  if (expression.size() > longest_expression) {
    return "it is longer than " + std::to_string(longest_expression) + " bytes";
  }
  const Translation translation{expression};
  if (!translation.mistake().empty()) {
    return translation.mistake();
  }
  re2::RE2::Options options{re2::RE2::Quiet};
  options.set_max_mem(most_memory);
  options.set_never_capture(true);
  Pattern pattern;
  pattern.text_ = expression;
  pattern.compiled_ = std::make_shared<re2::RE2>(translation.result(), options);
  if (!pattern.compiled_->ok()) {
    constexpr std::size_t longest_words = 100;
    return printable(pattern.compiled_->error(), longest_words);
  }
  return pattern;
}

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(text, *compiled_);
}

} // namespace metrics_event
