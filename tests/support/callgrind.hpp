#pragma once

#include "process.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace metrics_event::testing {

/// The instructions that each function of a program executes itself, in user space, by its name in
/// C++. They are the same on each run. Those of the dynamic linker are left out. Nothing where
/// there is no valgrind; `outcome` is how the program ended.
std::optional<std::map<std::string, std::int64_t>>
instructions_of(const std::string& program, const Invocation& invocation, Outcome& outcome);

} // namespace metrics_event::testing
