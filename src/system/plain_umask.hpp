#pragma once

#include <sys/stat.h>

namespace metrics_event {

/// Sets, as long as it lives, a umask that takes permissions from nobody but the group and others.
/// The user's umask could otherwise take permissions that the owner needs.
class PlainUmask {
public:
  PlainUmask() : before_{umask(S_IRWXG | S_IRWXO)} {}
  ~PlainUmask() { umask(before_); }
  PlainUmask(const PlainUmask&) = delete;
  PlainUmask& operator=(const PlainUmask&) = delete;

private:
  mode_t before_;
};

} // namespace metrics_event
