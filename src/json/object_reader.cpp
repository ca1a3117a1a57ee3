#include "json/object_reader.hpp"

#include "json/escape.hpp"

#include <algorithm>
#include <cstdint>

namespace metrics_event {
namespace {

// One bit of 64.
std::uint64_t mark_of(std::string_view name) {
  const auto byte = [name](std::size_t at) { return static_cast<unsigned char>(name[at]); };
  const std::size_t mixed =
      name.empty() ? 0 : name.size() + 3UL * byte(0) + 5UL * byte(name.size() - 1);
  return std::uint64_t{1} << (mixed % 64);
}

bool has_repetition(std::span<const MemberView> members) {
  constexpr std::size_t few = 16;
  if (members.size() > few) {
    std::vector<std::string_view> names;
    for (const MemberView& member : members) {
      names.push_back(member.name);
    }
    return JsonScanner::has_repetition(names, 0);
  }
  std::uint64_t seen = 0; // marks, of which few names have the same
  for (auto member = members.begin(); member != members.end(); ++member) {
    const std::string_view name = member->name;
    const auto is_same = [name](const MemberView& other) { return other.name == name; };
    const std::uint64_t mark = mark_of(name);
    if ((seen & mark) != 0 && std::find_if(members.begin(), member, is_same) != member) {
      return true;
    }
    seen |= mark;
  }
  return false;
}

} // namespace

bool ObjectReader::read(std::string_view text) {
  members_.clear();
  made_.clear();
  scanner_.start(text);
  scanner_.skip_white_space();
  if (!scanner_.take('{')) {
    return false;
  }
  scanner_.skip_white_space();
  bool is_closed = scanner_.take('}');
  while (!is_closed) {
    if (!read_member(text)) {
      return false;
    }
    is_closed = scanner_.take('}');
    if (!is_closed && !scanner_.take(',')) {
      return false;
    }
    scanner_.skip_white_space();
  }
  scanner_.skip_white_space();
  return scanner_.is_at_end() && !has_repetition(members_);
}

bool ObjectReader::read_member(std::string_view text) {
  const std::string_view name = scanner_.string();
  if (name.empty()) {
    return false;
  }
  MemberView& member = members_.emplace_back();
  member.name = scanner_.has_escape() ? std::string_view{made_.emplace_front(unescaped(name))}
                                      : name.substr(1, name.size() - 2);
  scanner_.skip_white_space();
  if (!scanner_.take(':')) {
    return false;
  }
  scanner_.skip_white_space();
  member.json = scanner_.value(1);
  if (member.json.empty()) {
    return false;
  }
  member.offset = static_cast<std::size_t>(member.json.data() - text.data());
  if (!scanner_.is_compact()) {
    std::string& compact = made_.emplace_front();
    append_compact(compact, member.json);
    member.json = compact;
  }
  scanner_.skip_white_space();
  return true;
}

} // namespace metrics_event
