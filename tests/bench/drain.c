// The floor of a flush, but for the pushes: each entry is read and removed.
//
//   drain DIRECTORY

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

int main(int argc, char** argv) {
  DIR* const directory = argc == 2 ? opendir(argv[1]) : NULL;
  if (directory == NULL) {
    return 1;
  }
  for (const struct dirent* entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] == '.') {
      continue;
    }
    char record[4096];
    const int file = openat(dirfd(directory), entry->d_name, O_RDONLY);
    if (read(file, record, sizeof record) <= 0 ||
        unlinkat(dirfd(directory), entry->d_name, 0) != 0) {
      return 1;
    }
    close(file);
  }
  closedir(directory);
  return 0;
}
