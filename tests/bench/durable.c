// The floor of keeping events: the writes that make records survive a crash, and nothing else.
//
//   durable [-n] SPOOL RECORDS
//
// RECORDS contains two lines for each record, its name and its text. -n skips the synchronisations, to
// fill a spool quickly.

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int synchronises = 1;

static int keep(const char* name, const char* text, size_t size, int directory) {
  char written[256];
  char kept[256];
  snprintf(written, sizeof written, "tmp/%s", name);
  snprintf(kept, sizeof kept, "new/%s", name);
  const int file = open(written, O_WRONLY | O_CREAT | O_EXCL, 0600);
  const int is_written =
      write(file, text, size) == (ssize_t)size && (!synchronises || fsync(file) == 0);
  close(file);
  return is_written && rename(written, kept) == 0 && (!synchronises || fsync(directory) == 0);
}

int main(int argc, char** argv) {
  synchronises = argc < 2 || strcmp(argv[1], "-n") != 0;
  if (argc != 4 - synchronises) {
    return 1;
  }
  const int records = open(argv[argc - 1], O_RDONLY);
  struct stat status;
  if (fstat(records, &status) != 0 || chdir(argv[argc - 2]) != 0) {
    return 1;
  }
  const char* at = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, records, 0);
  const int directory = open("new", O_RDONLY | O_DIRECTORY);
  if (at == MAP_FAILED || directory < 0) {
    return 1;
  }
  for (const char* const end = at + status.st_size; at < end;) {
    char name[128];
    const char* const text = strchr(at, '\n') + 1;
    const char* const next = strchr(text, '\n') + 1;
    snprintf(name, sizeof name, "%.*s", (int)(text - at) - 1, at);
    if (!keep(name, text, (size_t)(next - text), directory)) {
      return 1;
    }
    at = next;
  }
  return 0;
}
