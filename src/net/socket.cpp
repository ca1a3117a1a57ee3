#include "net/socket.hpp"

#include "system/signals.hpp"

#include <boost/asio/error.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

namespace metrics_event {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

error_code last_socket_error() {
  return {errno, boost::system::system_category()};
}

// Returns the error of a wait that ended without an event.
error_code no_event() {
  return noted_signal() != 0 ? asio::error::interrupted : asio::error::timed_out;
}

} // namespace

Socket::Socket(Descriptor connected) : descriptor_{std::move(connected)} {
  fcntl(descriptor(), F_SETFL, fcntl(descriptor(), F_GETFL) | O_NONBLOCK);
}

error_code Socket::connect(const asio::ip::tcp::endpoint& peer, Deadline deadline) {
  descriptor_.reset(); // first, as the process may have no descriptor left for a second one
  descriptor_ = Descriptor{
      socket(peer.protocol().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP)};
  if (!descriptor_) {
    return last_socket_error();
  }
  if (::connect(descriptor(), peer.data(), static_cast<socklen_t>(peer.size())) == 0) {
    return {};
  }
  if (errno != EINPROGRESS && errno != EINTR) {
    return last_socket_error();
  }
  const short ready = metrics_event::await(descriptor(), POLLOUT, deadline);
  if (ready == POLLOUT) {
    return {};
  }
  if (ready == 0) {
    return no_event();
  }
  int outcome = 0;
  socklen_t size = sizeof outcome;
  getsockopt(descriptor(), SOL_SOCKET, SO_ERROR, &outcome, &size);
  return {outcome, boost::system::system_category()};
}

std::size_t Socket::send(std::span<const iovec> parts, Deadline deadline, error_code& error) const {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(parts.data()); // sendmsg(2) does not write to it
  message.msg_iovlen = parts.size();
  return repeat([&] { return sendmsg(descriptor(), &message, MSG_NOSIGNAL); }, POLLOUT, deadline,
                error);
}

std::size_t Socket::receive(std::span<char> room, Deadline deadline, error_code& error) const {
  // The answer has rarely arrived yet, so waiting first saves a call of recv(2).
  error = await(POLLIN, deadline);
  if (error) {
    return 0;
  }
  const std::size_t size = repeat([&] { return recv(descriptor(), room.data(), room.size(), 0); },
                                  POLLIN, deadline, error);
  if (!error && size == 0) {
    error = asio::error::eof;
  }
  return size;
}

template <class Call>
std::size_t Socket::repeat(Call&& call, short events, Deadline deadline, error_code& error) const {
  while (true) {
    const ssize_t size = call();
    if (size >= 0) {
      error = {};
      return static_cast<std::size_t>(size);
    }
    if (errno != EINTR) { // EINTR would be taken for a noted signal
      // The socket may not be ready although poll(2) said so; the deadline ends that, too.
      const bool is_late = std::chrono::steady_clock::now() >= deadline;
      error = errno != EAGAIN ? last_socket_error()
              : is_late       ? error_code{asio::error::timed_out}
                              : await(events, deadline);
      if (error) {
        return 0;
      }
    }
  }
}

error_code Socket::await(short events, Deadline deadline) const {
  return metrics_event::await(descriptor(), events, deadline) != 0 ? error_code{} : no_event();
}

bool Socket::has_input() const {
  pollfd watched{descriptor(), POLLIN, 0};
  return poll(&watched, 1, 0) != 0;
}

} // namespace metrics_event
