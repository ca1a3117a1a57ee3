#include "commands/position_store.hpp"

#include "base/exit_code.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "json/writer.hpp"
#include "system/error.hpp"
#include "system/file_lock.hpp"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>
#include <vector>

namespace metrics_event {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view state_directory = "the state directory";
constexpr std::string_view name_prefix = "position-";
constexpr std::string_view unfinished_suffix = ".new";
constexpr const char* lock_name = "positions.lock";
constexpr std::size_t largest_position = 4UL * 1024 * 1024; // ten times what one can have
constexpr auto kept_for = 90 * 24h;
constexpr auto fresh_for = 24h;

std::string hex(std::uint64_t number) {
  std::array<char, 16> digits{};
  const auto [end, error] = std::to_chars(digits.begin(), digits.end(), number, 16);
  static_cast<void>(error); // 16 digits are enough
  return {digits.begin(), end};
}

std::uint64_t hash_of_destination(const Position& position) {
  return hash_of(position.destination.url + '\n' + position.destination.org_id + '\n' +
                 json_object(position.labels));
}

std::string prefix_of(const Position& position) {
  return std::string{name_prefix} + hex(hash_of_destination(position)) + '-';
}

} // namespace

PositionStore PositionStore::make(const std::string& path, Instant now) {
  PositionStore store{PrivateDirectory::make(path, true, state_directory), now};
  store.delete_old();
  return store;
}

std::optional<PositionStore> PositionStore::find(const std::string& path, Instant now) {
  auto directory = PrivateDirectory::find(path, state_directory);
  return directory ? std::optional{PositionStore{*std::move(directory), now}} : std::nullopt;
}

bool PositionStore::is_used_within(std::chrono::seconds age, const std::string& name) const {
  const auto written = directory_.last_write(name);
  return written && now_ - std::chrono::sys_seconds{std::chrono::seconds{*written}} < age;
}

void PositionStore::delete_old() const {
  std::vector<std::string> old;
  directory_.for_each_name(".", [&](std::string_view name, bool) {
    if (name.starts_with(name_prefix) && !is_used_within(kept_for, std::string{name})) {
      old.emplace_back(name);
    }
    return true;
  });
  for (const std::string& name : old) {
    directory_.remove(name);
  }
}

// Every stored position of the file is right about what it has dealt with, so the one that reaches
// furthest counts: a copy of a file has a position of its own once it was sent.
std::optional<PositionStore::Stored>
PositionStore::find(int descriptor, const Position& sought,
                    const std::function<void(const std::string&)>& warn) const {
  std::optional<Stored> best;
  const auto rank = [&sought](const Position& position) {
    const bool is_own = position.device == sought.device && position.inode == sought.inode;
    return std::tuple{position.imprint.size, position.begin, is_own};
  };
  const std::string prefix = prefix_of(sought);
  const std::error_code error = directory_.for_each_name(".", [&](std::string_view name, bool) {
    if (!name.starts_with(prefix) || name.ends_with(unfinished_suffix)) {
      return true;
    }
    std::string path{name};
    const auto text = directory_.read(path, largest_position);
    auto position = text ? decode_position(*text)
                         : boost::system::result<Position, std::string>{system_words(text.error())};
    if (!position) {
      warn("the position " + quote_path(directory_.path() + '/' + path) +
           " was ignored: " + position.error());
      return true;
    }
    if (position->destination == sought.destination && position->labels == sought.labels &&
        (!best || rank(*position) > rank(best->position)) &&
        imprint_of(descriptor, position->imprint.size) == position->imprint) {
      const bool is_fresh = is_used_within(fresh_for, path);
      best = {std::move(path), *std::move(position), is_fresh};
    }
    return true;
  });
  if (error) {
    directory_.fail("cannot be read", error);
  }
  return best;
}

std::string PositionStore::new_name(const Position& position, std::uint64_t id) {
  return prefix_of(position) + hex(id);
}

void PositionStore::write(const std::string& name, const Position& position) const {
  const std::string unfinished = name + std::string{unfinished_suffix};
  directory_.remove(unfinished); // of a run that was killed
  const auto written = directory_.write_new_file(unfinished, encode(position));
  const std::error_code error = written ? directory_.rename(unfinished, name) : written.error();
  if (error) {
    directory_.fail("cannot keep a position", error);
  }
  directory_.sync(".");
}

std::optional<Descriptor> PositionStore::try_lock(const Position& position) const {
  const std::string key = std::to_string(hash_of_destination(position)) + ' ' +
                          std::to_string(position.device) + ' ' + std::to_string(position.inode);
  Descriptor lock = directory_.open(lock_name, O_RDWR | O_CREAT);
  const std::error_code error = lock ? lock_byte(lock, hash_of(key)) : last_error();
  if (!error) {
    return lock;
  }
  if (error != std::errc::resource_unavailable_try_again) {
    directory_.fail("cannot be locked", error);
  }
  return std::nullopt;
}

} // namespace metrics_event
