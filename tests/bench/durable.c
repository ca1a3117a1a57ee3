// The floor of an event in the spool: the writes that make a file survive a crash.
//
//   durable SPOOL NAME TEXT

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char** argv) {
  if (argc != 4 || chdir(argv[1]) != 0) {
    return 1;
  }
  char written[256];
  char kept[256];
  snprintf(written, sizeof written, "tmp/%s", argv[2]);
  snprintf(kept, sizeof kept, "new/%s", argv[2]);
  const ssize_t size = (ssize_t)strlen(argv[3]);

  const int file = open(written, O_WRONLY | O_CREAT | O_EXCL, 0600);
  int is_kept = write(file, argv[3], (size_t)size) == size && fsync(file) == 0;
  close(file);
  is_kept = is_kept && rename(written, kept) == 0;
  const int directory = open("new", O_RDONLY | O_DIRECTORY);
  is_kept = is_kept && fsync(directory) == 0;
  close(directory);
  return is_kept ? 0 : 1;
}
