// The floor of a flush: reads records, pushes their entries, and removes them.
//
//   drain PORT SPOOL
//
// As in metrics-event, a push is compressed and has up to 1000 entries, and before it leaves, the stems
// of the names of its records are written and synchronised.

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

enum { most_entries = 1000, most_bytes = 1 << 20, room = 4 * most_bytes };
enum { stem_size = 19 + 1 + 16 + 1 }; // the time and the id in a name, and a newline

static char body[room];
static size_t size;       // of the body
static char packed[room]; // the body, compressed
static char names[most_entries][128];
static int records;  // in the body
static int entries;  // in the body
static int receiver; // a socket
static int box;      // the directory of the records

static void check(int is_good, const char* what) {
  if (!is_good) {
    perror(what);
    exit(1);
  }
}

static void append(const char* text, size_t length) {
  check(size + length <= sizeof body, "too large");
  memcpy(body + size, text, length);
  size += length;
}

static size_t pack(void) {
  z_stream stream = {.next_in = (Bytef*)body,
                     .avail_in = (uInt)size,
                     .next_out = (Bytef*)packed,
                     .avail_out = sizeof packed};
  check(deflateInit2(&stream, 3, Z_DEFLATED, MAX_WBITS + 16, 7, Z_DEFAULT_STRATEGY) == Z_OK &&
            deflate(&stream, Z_FINISH) == Z_STREAM_END && deflateEnd(&stream) == Z_OK,
        "deflate");
  return stream.total_out;
}

static void note_names(void) {
  static char stems[most_entries * stem_size];
  for (int i = 0; i < records; ++i) {
    memcpy(stems + i * stem_size, names[i], stem_size - 1);
    stems[(i + 1) * stem_size - 1] = '\n';
  }
  const int file = open("sending", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  check(write(file, stems, (size_t)records * stem_size) > 0 && fsync(file) == 0, "sending");
  close(file);
}

static void push(void) {
  append("]}]}", 4);
  note_names();
  const size_t length = pack();
  char head[256];
  char reply[256];
  const int head_size = snprintf(head, sizeof head,
                                 "POST /loki/api/v1/push HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                                 "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"
                                 "Content-Length: %zu\r\n\r\n",
                                 length);
  check(send(receiver, head, (size_t)head_size, MSG_MORE) == head_size &&
            send(receiver, packed, length, 0) == (ssize_t)length &&
            read(receiver, reply, sizeof reply) > 12 && memcmp(reply, "HTTP/1.1 204", 12) == 0,
        "push");
  for (int i = 0; i < records; ++i) {
    check(unlinkat(box, names[i], 0) == 0, names[i]);
  }
  size = 0;
  records = 0;
  entries = 0;
}

// A record has the labels and the entries in the same form as a push.
static void take(const char* name) {
  static char record[room];
  const int file = openat(box, name, O_RDONLY);
  const ssize_t length = read(file, record, sizeof record - 1);
  close(file);
  check(length > 0, name);
  record[length] = '\0';
  const int count = atoi(strstr(name, ",N=") + 3);
  const char* const values = strstr(record, "\"entries\":[") + 11;
  const size_t values_size = (size_t)(record + length - strlen("]}\n") - values);
  if (records > 0 && (entries + count > most_entries || size + values_size > most_bytes)) {
    push();
  }
  if (records == 0) {
    const char* const labels = strstr(record, "\"labels\":") + 9;
    append("{\"streams\":[{\"stream\":", 22);
    append(labels, (size_t)(strstr(labels, ",\"metadata\":") - labels));
    append(",\"values\":[", 11);
  } else {
    append(",", 1);
  }
  append(values, values_size);
  entries += count;
  strcpy(names[records++], name);
}

int main(int argc, char** argv) {
  check(argc == 3 && chdir(argv[2]) == 0, "drain PORT SPOOL");
  const struct sockaddr_in address = {
      .sin_family = AF_INET,
      .sin_port = htons((unsigned short)atoi(argv[1])),
      .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
  };
  receiver = socket(AF_INET, SOCK_STREAM, 0);
  check(connect(receiver, (const struct sockaddr*)&address, sizeof address) == 0, "connect");
  DIR* const directory = opendir("new");
  check(directory != NULL, "new");
  box = dirfd(directory);
  for (const struct dirent* file; (file = readdir(directory)) != NULL;) {
    if (file->d_name[0] != '.') {
      take(file->d_name);
    }
  }
  if (records > 0) {
    push();
  }
  return 0;
}
