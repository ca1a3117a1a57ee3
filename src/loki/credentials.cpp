#include "loki/credentials.hpp"

#include "base/base64.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace metrics_event {
namespace {

bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == '\x7f';
}

std::string_view without_newline(std::string_view text) {
  for (const std::string_view newline : {"\r\n", "\n"}) {
    if (text.ends_with(newline)) {
      return text.substr(0, text.size() - newline.size());
    }
  }
  return text;
}

} // namespace

Parsed<std::string> parse_username(std::string_view text) {
  const bool valid = !text.empty() && is_utf8(text) && std::ranges::none_of(text, is_control) &&
                     text.find(':') == text.npos;
  // A message never shows the text, which may be `user:password`.
  return valid ? std::string{text}
               : Parsed<std::string>{Mismatch::saying(
                     "expected a user name without a colon or control characters")};
}

Parsed<Secret> parse_password(std::string_view text) {
  text = without_newline(text);
  if (text.empty() || !is_utf8(text) || std::ranges::any_of(text, is_control)) {
    return Mismatch::saying("expected a password on one line without control characters");
  }
  return Secret{std::string{text}};
}

Parsed<Secret> parse_bearer_token(std::string_view text) {
  text = without_newline(text);
  const bool visible = std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
  if (text.empty() || !visible) {
    return Mismatch::saying("expected a token, one word of printable ASCII");
  }
  return Secret{std::string{text}};
}

Secret basic_authorization(const BasicCredentials& credentials) {
  return Secret{"Basic " + base64(credentials.username + ':' + credentials.password.reveal())};
}

Secret bearer_authorization(const Secret& token) {
  return Secret{"Bearer " + token.reveal()};
}

} // namespace metrics_event
