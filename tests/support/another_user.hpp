#pragma once

#include "process.hpp"

#include <unistd.h>

#include <string>

namespace metrics_event::testing {

/// A program with what it is given.
struct Start {
  std::string program;
  Invocation invocation;
};

/// Returns what starts a program as somebody who is not root, for tests of what root keeps in
/// places of the system. Root becomes another user in name only. Where the kernel forbids user
/// namespaces, the program does not start, and its stderr begins with `unshare: `.
inline Start by_another_user(std::string file, Invocation invocation) {
  if (::geteuid() != 0) {
    return {std::move(file), std::move(invocation)};
  }
  std::vector<std::string>& words = invocation.arguments;
  words.insert(words.begin(), {"--user", "--map-user=1000", "--map-group=1000", file});
  return {"/usr/bin/unshare", std::move(invocation)};
}

} // namespace metrics_event::testing
