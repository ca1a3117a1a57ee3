#include "system/host_identity.hpp"

#include "base/characters.hpp"
#include "base/text.hpp"
#include "system/file.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>

namespace metrics_event {

Parsed<std::string> host_name() {
  constexpr std::size_t longest_name = 64;     // HOST_NAME_MAX, without the NUL
  constexpr std::string_view unset = "(none)"; // the kernel's name until one is set
  std::array<char, longest_name + 1> name{};
  if (gethostname(name.data(), longest_name) != 0 || name.front() == '\0' || name.data() == unset) {
    return Mismatch::saying("this host has no name");
  }
  return std::string{name.data()};
}

Parsed<std::string> machine_id(const std::string& path) {
  constexpr std::size_t length = 32;
  const auto text = read_file(path, {}); // without waiting: a pipe here is an error
  if (!text) {
    return Mismatch::saying(cannot_read(path, text.error()));
  }
  const std::string_view id = std::string_view{*text}.substr(0, text->find('\n'));
  const bool is_valid = id.size() == length && std::ranges::all_of(id, [](char c) {
                          return hex_digits.find(to_lower(c)) != hex_digits.npos;
                        });
  if (!is_valid) {
    return Mismatch{std::to_string(length) + " hexadecimal digits in " + quote_path(path), id};
  }
  return std::string{id};
}

} // namespace metrics_event
