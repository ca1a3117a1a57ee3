// The floor of a single send with https: the same exchange with OpenSSL, and nothing else.
//
//   floor_https PORT AUTHORITY
//
// The certificate of the receiver and its address are verified, as in metrics-event.

#include "request.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 3) {
    return 1;
  }
  const struct sockaddr_in receiver = {
      .sin_family = AF_INET,
      .sin_port = htons((unsigned short)atoi(argv[1])),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  OPENSSL_init_ssl(OPENSSL_INIT_NO_ADD_ALL_CIPHERS, NULL); // metrics-event leaves this out as well
  SSL_CTX* const context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  if (SSL_CTX_load_verify_file(context, argv[2]) != 1) {
    return 1;
  }
  SSL* const tls = SSL_new(context);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls), "127.0.0.1");

  char reply[256];
  const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
  const int is_sent =
      connect(descriptor, (const struct sockaddr*)&receiver, sizeof receiver) == 0 &&
      SSL_set_fd(tls, descriptor) == 1 && SSL_connect(tls) == 1 &&
      SSL_write(tls, push, sizeof push - 1) == (int)sizeof push - 1 &&
      SSL_read(tls, reply, sizeof reply) > 12 && memcmp(reply, "HTTP/1.1 204", 12) == 0;
  close(descriptor);
  _exit(is_sent ? 0 : 1); // skips the clean-up of OpenSSL
}
