#pragma once

#include "process.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace metrics_event::testing {

/// Counts by name.
using Counts = std::map<std::string, std::uint64_t>;

/// The instructions that a program's functions execute themselves, in user space, as callgrind
/// counts them: the same on each run. The dynamic linker's are not among them. Nothing where there
/// is no valgrind; `outcome` is how the program ended.
std::optional<Counts> instructions_of(const std::string& program, const Invocation& invocation,
                                      Outcome& outcome);

/// Their sum.
std::uint64_t total(const Counts& counts);

} // namespace metrics_event::testing
