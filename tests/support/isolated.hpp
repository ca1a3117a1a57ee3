#pragma once

#include "name_server.hpp"
#include "process.hpp"

#include <functional>
#include <optional>
#include <string>

namespace metrics_event::testing {

/// Runs a program like run(), in a network that holds nothing but loopback and the name server.
/// Returns nullopt where the kernel forbids the namespaces that this takes: report a skipped test.
///
/// `inside` is called in that network before the program starts, in a forked process: what it
/// changes is changed in that process only, and what it throws arrives here as std::runtime_error.
/// A RawServer that it emplaces into a captured std::optional serves until the program has ended.
/// The calling process must have no other threads, because the fork goes on without exec.
std::optional<Outcome> run_isolated(const std::string& program, const Invocation& invocation,
                                    const NameServer& names,
                                    const std::function<void()>& inside = {});

} // namespace metrics_event::testing
