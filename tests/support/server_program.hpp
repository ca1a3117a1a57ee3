#pragma once

#include "descriptor.hpp"
#include "process.hpp"
#include "temporary.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace metrics_event::testing {

/// Where a server program runs. For one in run_isolated() give both: its object lives in a process
/// that ends without destroying it, and only the files in the directory tell the test about it.
struct Place {
  std::filesystem::path directory{}; ///< for its files; none: a temporary one, removed in the end
  std::uint16_t port = 0;            ///< on 127.0.0.1; 0: any that is free
};

/// A server program of the system on a loopback port. It ends with this object, and at the latest
/// with the thread that started it.
class ServerProgram {
public:
  /// Makes the place its own: nobody is given the port by chance while this lives.
  explicit ServerProgram(const Place& place);
  ~ServerProgram();

  /// Starts the program, named by its absolute path, and waits until it accepts connections. Throws
  /// std::runtime_error, with what it said and its log file, when it does not come to that.
  void start(const std::string& program, const std::vector<std::string>& arguments,
             const std::filesystem::path& log);

  std::uint16_t port() const { return port_; }

  /// A file in its directory.
  std::filesystem::path path(const char* name) const { return directory_ / name; }

private:
  std::optional<TemporaryDirectory> temporary_;
  std::filesystem::path directory_;
  Descriptor reserved_;
  std::uint16_t port_;
  std::optional<Background> running_;
};

} // namespace metrics_event::testing
