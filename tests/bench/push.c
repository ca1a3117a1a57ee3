// The floor of many events: pushes ready-made bodies over one connection.
//
//   push PORT FILE
//
// The file contains requests, each after its length in decimal and a newline.

#include <arpa/inet.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static int send_all(int descriptor, const char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t sent = send(descriptor, bytes, size, MSG_NOSIGNAL);
    if (sent <= 0) {
      return 0;
    }
    bytes += sent;
    size -= (size_t)sent;
  }
  return 1;
}

int main(int argc, char** argv) {
  if (argc != 3) {
    return 1;
  }
  const struct sockaddr_in receiver = {
      .sin_family = AF_INET,
      .sin_port = htons((unsigned short)atoi(argv[1])),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  const int file = open(argv[2], O_RDONLY);
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0) {
    return 1;
  }
  const char* at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  if (at == MAP_FAILED ||
      connect(descriptor, (const struct sockaddr*)&receiver, sizeof receiver) != 0) {
    return 1;
  }
  for (const char* const end = at + status.st_size; at < end;) {
    char* request;
    const size_t size = strtoul(at, &request, 10);
    char reply[256];
    if (!send_all(descriptor, ++request, size) || read(descriptor, reply, sizeof reply) < 12 ||
        memcmp(reply, "HTTP/1.1 204", 12) != 0) {
      return 1;
    }
    at = request + size;
  }
  return 0;
}
