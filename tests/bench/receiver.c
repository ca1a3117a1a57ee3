// Accepts every push and discards it, at the least possible cost.
//
//   receiver [-p] [-l SOCKET]    prints its port, and ends with its standard input
//
// -p refuses compressed pushes, so that a sender sends plain ones; -l also receives log messages.

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { most_descriptors = 4096, most_events = 256 };

struct connection {
  char head[2048];
  size_t held; // of the head
  size_t body; // that is still to come
  const char* reply;
  int is_last;
};

static struct connection connections[most_descriptors]; // by descriptor
static int refuses_gzip;

static const char taken[] = "HTTP/1.1 204 No Content\r\n\r\n";
static const char taken_last[] = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
static const char refused[] = "HTTP/1.1 415 Unsupported Media Type\r\nContent-Length: 0\r\n\r\n";

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static void watch(int epoll, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) {
    fail("epoll_ctl");
  }
}

static void accept_all(int epoll, int listener) {
  int descriptor;
  while ((descriptor = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    if (descriptor >= most_descriptors) {
      close(descriptor);
      continue;
    }
    connections[descriptor].held = 0;
    connections[descriptor].body = 0;
    watch(epoll, descriptor);
  }
}

// Returns whether the connection stays open.
static int answer(int descriptor, const struct connection* connection) {
  const size_t size = strlen(connection->reply);
  return send(descriptor, connection->reply, size, MSG_NOSIGNAL) == (ssize_t)size &&
         !connection->is_last;
}

// Reads the description of the body in the head; returns whether the head is complete.
static int read_head(struct connection* connection) {
  connection->head[connection->held] = '\0';
  const char* const end = strstr(connection->head, "\r\n\r\n");
  if (end == NULL) {
    return 0;
  }
  const char* const length = strcasestr(connection->head, "\r\nContent-Length:");
  const size_t size = length == NULL ? 0 : strtoul(strchr(length, ':') + 1, NULL, 10);
  const size_t come = connection->held - (size_t)(end + 4 - connection->head);
  connection->body = size > come ? size - come : 0;
  connection->is_last = strcasestr(connection->head, "\r\nConnection: close") != NULL;
  const int is_refused =
      refuses_gzip && strcasestr(connection->head, "\r\nContent-Encoding: gzip") != NULL;
  connection->reply = is_refused ? refused : connection->is_last ? taken_last : taken;
  connection->held = 0;
  return 1;
}

// Handles the received bytes; returns whether the connection stays open.
static int serve(int descriptor, struct connection* connection) {
  if (connection->body > 0) { // the kernel discards it without copying it
    const size_t most = connection->body < INT_MAX ? connection->body : INT_MAX;
    const ssize_t size = recv(descriptor, NULL, most, MSG_TRUNC);
    if (size <= 0) {
      return 0;
    }
    connection->body -= (size_t)size;
    return connection->body > 0 || answer(descriptor, connection);
  }
  const size_t room = sizeof connection->head - 1 - connection->held;
  const ssize_t size = recv(descriptor, connection->head + connection->held, room, 0);
  if (size <= 0) {
    return 0;
  }
  connection->held += (size_t)size;
  return !read_head(connection) || connection->body > 0 || answer(descriptor, connection);
}

static int listen_for_pushes(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (bind(listener, (struct sockaddr*)&address, size) != 0 || listen(listener, SOMAXCONN) != 0 ||
      getsockname(listener, (struct sockaddr*)&address, &size) != 0) {
    fail("listen");
  }
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static int listen_for_logs(const char* path) {
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
  const int log = socket(AF_UNIX, SOCK_DGRAM, 0);
  if (bind(log, (struct sockaddr*)&address, sizeof address) != 0) {
    fail(path);
  }
  return log;
}

int main(int argc, char** argv) {
  const int epoll = epoll_create1(0);
  int log = -1;
  for (int option; (option = getopt(argc, argv, "pl:")) != -1;) {
    if (option == 'p') {
      refuses_gzip = 1;
    } else if (option == 'l') {
      log = listen_for_logs(optarg);
      watch(epoll, log);
    } else {
      return 1;
    }
  }
  const int listener = listen_for_pushes();
  watch(epoll, listener);
  watch(epoll, STDIN_FILENO);

  struct epoll_event events[most_events];
  while (1) {
    const int count = epoll_wait(epoll, events, most_events, -1);
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[i].data.fd;
      if (descriptor == STDIN_FILENO) {
        return 0;
      }
      if (descriptor == listener) {
        accept_all(epoll, listener);
      } else if (descriptor == log) {
        recv(log, NULL, 0, 0);
      } else if (!serve(descriptor, &connections[descriptor])) {
        close(descriptor);
      }
    }
  }
}
