#include "server_program.hpp"

#include "loopback.hpp"

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <csignal>
#include <stdexcept>

namespace metrics_event::testing {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr milliseconds step{5};

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

Descriptor tcp_socket() {
  return Descriptor(check(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
}

// A bound socket that does not listen, with the option that servers set too: they can then listen
// on its port, but no bind() or connect() that takes any free port gets it.
Descriptor reserve(std::uint16_t port) {
  auto socket = tcp_socket();
  const int on = 1;
  check(::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "setsockopt");
  const auto address = loopback(port);
  check(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
  return socket;
}

bool accepts_connections(std::uint16_t port) {
  const auto socket = tcp_socket();
  const auto address = loopback(port);
  return ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Whether a program that writes nothing to its stdout ends in time, which closes that.
bool ends_within(milliseconds limit, const Background& server) {
  try {
    server.await_output(limit);
    return true;
  } catch (const std::runtime_error&) {
    return false;
  }
}

} // namespace

ServerProgram::ServerProgram(const Place& place)
    : directory_(place.directory.empty() ? temporary_.emplace().path() : place.directory),
      reserved_(reserve(place.port)), port_(port_of(reserved_)) {}

ServerProgram::~ServerProgram() {
  if (running_) {
    running_->signal(SIGTERM);
    running_->wait(std::chrono::seconds(5));
  }
}

void ServerProgram::start(const std::string& file, const std::vector<std::string>& arguments,
                          const fs::path& log) {
  std::vector<std::string> dying_with_us{"--pdeathsig", "KILL", file};
  dying_with_us.insert(dying_with_us.end(), arguments.begin(), arguments.end());
  running_.emplace("/usr/bin/setpriv", Invocation{.arguments = std::move(dying_with_us)});
  const auto until = Clock::now() + std::chrono::seconds(10);
  while (!accepts_connections(port_)) {
    if (ends_within(step, *running_) || Clock::now() > until) {
      const auto said = running_->wait(step).err;
      running_.reset();
      throw std::runtime_error(file + " does not start: " + said +
                               (fs::exists(log) ? read_file(log) : ""));
    }
  }
}

} // namespace metrics_event::testing
