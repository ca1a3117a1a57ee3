#pragma once

#include <memory>

namespace metrics_event {

/// A deleter that frees an object of a C library with the function that the library provides.
template <auto free>
struct Free {
  template <class T>
  void operator()(T* object) const {
    free(object);
  }
};

/// A unique pointer to an object of a C library that `free` releases, for example
/// `Owned<addrinfo, freeaddrinfo>`.
template <class T, auto free>
using Owned = std::unique_ptr<T, Free<free>>;

} // namespace metrics_event
