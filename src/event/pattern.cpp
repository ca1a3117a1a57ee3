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

// In bytes, for the program of an expression and for the states that texts lead it to. With half of
// it, a{1000} would have too few states and match a hundred times slower.
constexpr std::int64_t most_memory = 8L * 1024 * 1024;

// The white space of ECMA-262 and everything else, as parts of a class. They begin with a property
// and end with a range, so that a hyphen beside them makes no range.
constexpr std::string_view white_space = R"(\pZ\x{feff}\t-\r)";
constexpr std::string_view no_white_space =
    R"(\pL\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027})"
    R"(\x{202a}-\x{202e}\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";

// The general categories of Unicode, which RE2 calls by their short names.
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

// What RE2 calls a property such as Lu, Letter, gc=Letter or Script=Greek; empty: nothing.
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
  // RE2 has scripts, Any and the short names side by side. Its C is without the characters that are
  // not assigned.
  constexpr std::size_t longest_short_name = 2;
  const bool is_short = name.size() <= longest_short_name;
  return is_short == is_category && name != "Any" && name != "C" ? name : "";
}

// Writes an expression of ECMA-262 (with its flag u) in the syntax of RE2. It refuses what RE2 does
// not have, and what only RE2 has. Mistakes such as a missing parenthesis are left to RE2. Any
// punctuation may be escaped, and braces may stand for themselves, as without that flag.
class Translation {
public:
  explicit Translation(std::string_view expression) : text_{expression} {
    while (at_ < text_.size()) {
      translate_next();
    }
  }

  // What is wrong with the expression; empty: nothing.
  const std::string& mistake() const { return mistake_; }

  // RE2 finds a \B also between the bytes of a character, unless whole characters lead to it.
  std::string result() const { return has_no_boundary_ ? "^(?s:.)*?(?:" + out_ + ')' : out_; }

private:
  char next() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(std::string_view words) {
    const bool is_next = text_.substr(at_).starts_with(words);
    at_ += is_next ? words.size() : 0;
    return is_next;
  }

  // What stands before the next `end`, which is passed as well; empty: there is none.
  std::string_view take_until(char end) {
    const std::size_t begin = at_;
    const std::size_t found = text_.find(end, begin);
    at_ = std::min(found, text_.size() - 1) + 1;
    return found == text_.npos ? "" : text_.substr(begin, found - begin);
  }

  // What was passed since `begin`.
  std::string_view part(std::size_t begin) const { return text_.substr(begin, at_ - begin); }

  // Ends the translation. What is refused was passed since `begin`.
  void refuse(std::string_view kind, std::size_t begin, const std::string& remedy = "") {
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
      refuse("", begin, " in a class, write " + quote('\\' + std::string{part(begin)}) + ',');
    } else if (!is_in_class_ && take("]")) { // RE2 would take it for a character of the class
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
      refuse("look-ahead ", begin);
    } else if (take("<=") || take("<!")) {
      refuse("look-behind ", begin);
    } else if (take("<") && is_name(take_until('>'))) {
      out_ += '('; // nothing can refer to the name
    } else {
      at_ = std::min(begin + 3, text_.size());
      refuse("group ", begin);
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
      has_no_boundary_ = has_no_boundary_ || c == 'B';
      out_ += part(begin);
    } else if (c == 'k' || (is_digit(c) && c != '0')) {
      refuse("back-reference ", begin);
    } else {
      refuse("escape ", begin,
             c == 'A'               ? ", write \"^\","
             : c == 'Z' || c == 'z' ? ", write \"$\","
                                    : "");
    }
  }

  void translate_property(std::size_t begin) {
    const std::string_view name = take("{") ? name_in_re2(take_until('}')) : "";
    if (name.empty()) {
      refuse("property ", begin);
    }
    out_.append(text_.substr(begin, 3)).append(name).append(1, '}');
  }

  void translate_code_point(std::size_t begin) {
    if (take("{")) {
      out_ += "\\x{"; // the rest is the same
      return;
    }
    constexpr std::size_t one_escape = 6;
    for (const std::size_t size : {one_escape, 2 * one_escape}) { // two may be one character
      at_ = std::min(begin + size, text_.size());
      const auto json = compact_json('"' + std::string{part(begin)} + '"'); // which checks it
      if (const auto character = json ? string_value(*json) : std::nullopt) {
        return add(*character); // as in JSON
      }
    }
    at_ = std::min(begin + one_escape, text_.size());
    refuse("escape ", begin);
  }

  void add(const std::string& character) { out_ += re2::RE2::QuoteMeta(character); }

  std::string_view text_;
  std::size_t at_ = 0;
  bool is_in_class_ = false;
  bool has_no_boundary_ = false;
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
