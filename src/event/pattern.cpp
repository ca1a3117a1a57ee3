#include "event/pattern.hpp"

#include "base/owned.hpp"
#include "base/text.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>

namespace metrics_event {
namespace {

constexpr std::size_t longest_expression = 4096;

// What a match may cost, in steps of some nanoseconds each.
constexpr std::size_t most_steps = 5'000'000;
constexpr std::uint32_t most_heap_kib = 32 * 1024;

using CompileContext = Owned<pcre2_compile_context, pcre2_compile_context_free>;
using MatchContext = Owned<pcre2_match_context, pcre2_match_context_free>;
using MatchData = Owned<pcre2_match_data, pcre2_match_data_free>;

template <class Object>
Object made(Object object) {
  if (!object) {
    throw std::bad_alloc{};
  }
  return object;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::string at_offset(std::string words, std::size_t offset) {
  return std::move(words) + " at offset " + std::to_string(offset);
}

// What ECMA-262 does not have, or means otherwise than PCRE2 does.
class Reader {
public:
  explicit Reader(std::string_view expression) : expression_{expression} {}

  std::optional<std::string> mistake() {
    for (at_ = 0; at_ < expression_.size(); ++at_) {
      const std::size_t begin = at_;
      if (auto words = element()) {
        return at_offset(*std::move(words), begin);
      }
    }
    return std::nullopt;
  }

  // The largest number of a {n} or {n,m}.
  std::size_t most_repetitions() const { return most_repetitions_; }

private:
  char next(std::size_t distance = 1) const {
    return at_ + distance < expression_.size() ? expression_[at_ + distance] : '\0';
  }

  std::optional<std::string> element() {
    switch (expression_[at_]) {
    case '\\': return escape();
    case '[': return bracket();
    case ']': is_in_class_ = false; break;
    case '(': return is_in_class_ ? std::nullopt : group();
    case '{':
    case ',': repetitions(); break;
    default: break;
    }
    return std::nullopt;
  }

  std::optional<std::string> escape() {
    constexpr std::string_view letters = "bBcdDfknpPrsStuwWx";
    struct Remedy {
      char letter;
      std::string_view text;
    };
    constexpr std::array remedies{Remedy{'A', "^"}, Remedy{'Z', "$"}, Remedy{'z', "$"},
                                  Remedy{'v', "\\x0b"}};
    const char letter = next();
    if (is_letter(letter) && letters.find(letter) == std::string_view::npos) {
      std::string words = std::string{"unsupported escape \"\\"} + letter + '"';
      const auto* const remedy = std::ranges::find(remedies, letter, &Remedy::letter);
      return remedy == remedies.end() ? words : words + ", write " + quote(remedy->text) + ',';
    }
    ++at_;
    return std::nullopt;
  }

  std::optional<std::string> bracket() {
    const char after = next();
    if (is_in_class_ && (after == ':' || after == '.' || after == '=')) {
      const std::string found = std::string{"["} + after;
      return "unsupported " + quote(found) + " in a class, write " + quote('\\' + found) + ',';
    }
    is_in_class_ = true;
    return std::nullopt;
  }

  std::optional<std::string> group() const {
    constexpr std::string_view kinds = ":=!";
    if (next() == '*') {
      return "unsupported group \"(*\"";
    }
    if (next() != '?' || next(2) == '\0' || kinds.find(next(2)) != std::string_view::npos) {
      return std::nullopt;
    }
    const bool is_lookbehind_or_named = next(2) == '<' && (next(3) == '=' || next(3) == '!' ||
                                                           next(3) == '_' || is_letter(next(3)));
    return is_lookbehind_or_named
               ? std::nullopt
               : std::optional{"unsupported group " + quote(expression_.substr(at_, 3))};
  }

  void repetitions() {
    constexpr std::size_t most = 65'535; // PCRE2's own limit
    std::size_t number = 0;
    for (std::size_t distance = 1; is_digit(next(distance)); ++distance) {
      number = std::min(most, number * 10 + static_cast<std::size_t>(next(distance) - '0'));
    }
    most_repetitions_ = std::max(most_repetitions_, number);
  }

  std::string_view expression_;
  std::size_t at_ = 0;
  bool is_in_class_ = false;
  std::size_t most_repetitions_ = 0;
};

// Counts what a match costs. PCRE2's own limit is one for each place where a match may begin, and
// knows nothing of the characters that are looked at. So it is made to tell of every element of the
// expression that it comes to, and how far in the text it has come.
struct Cost {
  std::size_t per_step = 1;
  std::size_t per_element = 1; // the most that may be looked at in vain
  std::size_t sum = 0;
  std::size_t position = 0;

  static int add(pcre2_callout_block* block, void* data) {
    Cost& cost = *static_cast<Cost*>(data);
    const std::size_t position = block->current_position;
    const std::size_t distance =
        std::max(position, cost.position) - std::min(position, cost.position);
    cost.sum += (cost.per_element + distance) * cost.per_step;
    cost.position = position;
    return cost.sum > most_steps ? PCRE2_ERROR_CALLOUT : 0;
  }
};

const unsigned char* code_units(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string words_of(int error) {
  constexpr std::size_t longest_words = 256;
  std::array<unsigned char, longest_words> words{};
  pcre2_get_error_message(error, words.data(), words.size());
  return reinterpret_cast<const char*>(words.data());
}

} // namespace

struct Pattern::Code {
  Owned<pcre2_code, pcre2_code_free> compiled;
  std::size_t most_repetitions = 0;

  bool refers_back() const {
    std::uint32_t highest = 0;
    pcre2_pattern_info(compiled.get(), PCRE2_INFO_BACKREFMAX, &highest);
    return highest > 0;
  }
};

boost::system::result<Pattern, std::string> Pattern::compile(std::string_view expression) {
  if (expression.size() > longest_expression) {
    return "it is longer than " + std::to_string(longest_expression) + " bytes";
  }
  Reader reader{expression};
  if (auto mistake = reader.mistake()) {
    return *std::move(mistake);
  }
  constexpr std::uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF |
                                    PCRE2_ALLOW_EMPTY_CLASS | PCRE2_NEVER_BACKSLASH_C |
                                    PCRE2_NEVER_UCP | PCRE2_AUTO_CALLOUT;
  const CompileContext context = made(CompileContext{pcre2_compile_context_create(nullptr)});
  pcre2_set_compile_extra_options(context.get(), PCRE2_EXTRA_ALT_BSUX);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_ANYCRLF);
  int error = 0;
  std::size_t offset = 0;
  auto code = std::make_shared<Code>();
  code->most_repetitions = reader.most_repetitions();
  code->compiled.reset(pcre2_compile(code_units(expression), expression.size(), options, &error,
                                     &offset, context.get()));
  if (!code->compiled) {
    return at_offset(words_of(error), offset);
  }
  Pattern pattern;
  pattern.text_ = expression;
  pattern.code_ = std::move(code);
  return pattern;
}

bool Pattern::matches(std::string_view text) const {
  constexpr std::size_t characters_per_step = 64; // of an expression, whose classes may be long
  Cost cost{.per_step = 1 + text_.size() / characters_per_step,
            .per_element = 1 + std::min(code_->most_repetitions, text.size()) +
                           (code_->refers_back() ? text.size() : 0)};
  const MatchContext context = made(MatchContext{pcre2_match_context_create(nullptr)});
  pcre2_set_callout(context.get(), Cost::add, &cost);
  pcre2_set_match_limit(context.get(), most_steps);
  pcre2_set_depth_limit(context.get(), most_steps);
  pcre2_set_heap_limit(context.get(), most_heap_kib);
  const MatchData data =
      made(MatchData{pcre2_match_data_create_from_pattern(code_->compiled.get(), nullptr)});
  return pcre2_match(code_->compiled.get(), code_units(text), text.size(), 0, PCRE2_NO_UTF_CHECK,
                     data.get(), context.get()) > 0;
}

} // namespace metrics_event
