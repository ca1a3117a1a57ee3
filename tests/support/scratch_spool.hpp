#pragma once

#include "base/exit_code.hpp"
#include "spool/locked_spool.hpp"
#include "support/temporary.hpp"
#include "system/file_lock.hpp"

#include <doctest/doctest.h>

#include <fcntl.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace metrics_event::testing {

using Names = std::vector<std::string>;

inline constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();

/// A record for one destination and one stream, with the lines given.
inline SpoolRecord record_of_lines(std::vector<TimedLine> entries, Doubt doubt = Doubt::none) {
  return {.destination = {.url = "http://loki.example.com/loki/api/v1/push", .org_id = ""},
          .labels = {{"job", "metrics"}},
          .metadata = {},
          .entries = std::move(entries),
          .doubt = doubt};
}

/// A record of one entry.
inline SpoolRecord record(std::chrono::nanoseconds time, const std::string& line = "{}",
                          Doubt doubt = Doubt::none) {
  return record_of_lines({{Instant{time}, line}}, doubt);
}

/// A spool in a directory of its own.
struct ScratchSpool {
  TemporaryDirectory directory;
  std::filesystem::path path = directory.path() / "spool";

  Spool make() const { return Spool::make(path); }

  /// The names of all files in a box, or in another directory of the spool, in order.
  Names files(const std::string& box) const {
    Names names;
    for (const auto& file : std::filesystem::directory_iterator{path / box}) {
      names.push_back(file.path().filename());
    }
    std::ranges::sort(names);
    return names;
  }

  /// The bytes in the counter, as it writes them; empty when there is none.
  std::string counter() const {
    return std::filesystem::exists(path / "size") ? read_file(path / "size").substr(0, 20) : "";
  }

  /// The bytes of the files that wait, or whose sender is still trying, as they are on the disk.
  std::uint64_t bytes() const {
    std::uint64_t bytes = 0;
    for (const char* const box : {"new", "trying"}) {
      for (const auto& file : std::filesystem::directory_iterator{path / box}) {
        bytes += file.file_size();
      }
    }
    return bytes;
  }
};

/// Returns true when a file is locked, by whomever.
inline bool is_locked(const std::filesystem::path& path) {
  const Descriptor file{::open(path.c_str(), O_RDWR | O_CLOEXEC)};
  REQUIRE(file);
  return lock_file(file) == std::errc::operation_would_block;
}

/// A number of the counter as a file holds it.
inline std::string counted(std::uint64_t number) {
  const std::string text = std::to_string(number);
  return std::string(20 - text.size(), '0') + text;
}

/// The counter as a file holds it.
inline std::string counter_text(std::uint64_t bytes, Instant oldest = Instant::max()) {
  return counted(bytes) + counted(static_cast<std::uint64_t>(oldest.time_since_epoch().count()));
}

/// The text of the Failure (cantcreat) that a call throws; empty when it throws none.
template <class Call>
std::string failure_of(Call&& call) {
  try {
    call();
    return "";
  } catch (const Failure& failure) {
    CHECK(failure.code() == ExitCode::cantcreat);
    return failure.text();
  }
}

} // namespace metrics_event::testing
