// The floor of a single send: the system calls that no program can do without, and nothing else.
//
//   floor PORT

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// What metrics-event sends for the same event, but for the headers that a receiver does not need.
#define BODY                                                                                       \
  "{\"streams\":[{\"stream\":{\"job\":\"metrics\"},\"values\":[[\"1700000000123456789\","          \
  "\"{\\\"timestamp\\\":1700000000.123456789,\\\"event\\\":\\\"runner_installed\\\","              \
  "\\\"flavor\\\":\\\"small\\\",\\\"duration\\\":12.5}\"]]}]}"
#define LENGTH 186
#define TEXT_OF(number) #number
#define TEXT(number) TEXT_OF(number)

_Static_assert(sizeof BODY - 1 == LENGTH, "LENGTH is not the length of BODY");

static const char push[] = "POST /loki/api/v1/push HTTP/1.1\r\n"
                           "Host: 127.0.0.1\r\n"
                           "Content-Type: application/json\r\n"
                           "Connection: close\r\n"
                           "Content-Length: " TEXT(LENGTH) "\r\n\r\n" BODY;

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
