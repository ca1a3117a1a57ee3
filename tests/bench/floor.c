// The floor of a single send: makes only the system calls that every program must make.
//
//   floor PORT

#include "request.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char** argv) {
  const struct sockaddr_in receiver = {
      .sin_family = AF_INET,
      .sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "0")),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  char reply[256];
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  const int is_sent =
      connect(descriptor, (const struct sockaddr*)&receiver, sizeof receiver) == 0 &&
      write(descriptor, push, sizeof push - 1) == (ssize_t)sizeof push - 1 &&
      read(descriptor, reply, sizeof reply) > 12 && memcmp(reply, "HTTP/1.1 204", 12) == 0;
  close(descriptor);
  return is_sent ? 0 : 1;
}
