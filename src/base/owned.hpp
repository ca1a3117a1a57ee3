#pragma once

#include <memory>

namespace metrics_event {

/// Frees an object of a C library by that library's own function.
template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

/// Owns an object of a C library, which `free` frees: `Owned<addrinfo, freeaddrinfo>`.
template <class T, auto free>
using Owned = std::unique_ptr<T, Free<free>>;

} // namespace metrics_event
