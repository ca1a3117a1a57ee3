// Starts programs and prints the cost of each from its start to its end, with little overhead.
//
//   runner rounds ROUNDS SECONDS <PLAN    runs all in turn, for ROUNDS rounds or SECONDS
//   runner crowd SENDERS COUNT <PLAN      runs the first one COUNT times, SENDERS at once
//
// A line of the plan is a case, in words separated by tabs: the number of rounds for each run, the
// standard input, a directory that is emptied before each run or `-`, the environment, `--`, and the
// command. `rounds` prints a line for each run: case, wall time in ns, user and system time in µs, page
// faults, peak memory in KiB. `crowd` prints the wall time of all runs in ns. Each round has a different
// order, because a program is quicker after one that shares its pages and caches.
//
// Until a child executes its program, it has our memory, which counts for its peak. So this program is
// small and statically linked.

#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { most_cases = 64, most_words = 64 };

struct plan {
  int every;
  const char* input;
  const char* swept;
  char* environment[most_words];
  char* command[most_words];
};

static struct plan plans[most_cases];
static int plan_count;

static void fail(const char* what) {
  perror(what);
  exit(1);
}

static long long now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void read_plans(void) {
  char* line = NULL;
  size_t room = 0;
  while (plan_count < most_cases && getline(&line, &room, stdin) > 0) {
    char* rest = strdup(line);
    rest[strcspn(rest, "\n")] = '\0';
    struct plan* const plan = &plans[plan_count++];
    plan->every = atoi(strsep(&rest, "\t"));
    plan->input = strsep(&rest, "\t");
    plan->swept = strsep(&rest, "\t");
    char* word;
    for (int i = 0; (word = strsep(&rest, "\t")) != NULL && strcmp(word, "--") != 0; ++i) {
      plan->environment[i] = word;
    }
    for (int i = 0; (word = strsep(&rest, "\t")) != NULL; ++i) {
      plan->command[i] = word;
    }
  }
  free(line);
}

static void sweep(const char* path) {
  DIR* const directory = strcmp(path, "-") == 0 ? NULL : opendir(path);
  if (directory == NULL) {
    return;
  }
  for (const struct dirent* file; (file = readdir(directory)) != NULL;) {
    unlinkat(dirfd(directory), file->d_name, 0);
  }
  closedir(directory);
}

static pid_t start(struct plan* plan) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, plan->input, O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t pid;
  if (posix_spawn(&pid, plan->command[0], &actions, NULL, plan->command, plan->environment) != 0) {
    fail(plan->command[0]);
  }
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

static void check(int status, const struct plan* plan) {
  if (status != 0) {
    fprintf(stderr, "a run failed, with the wait status %d:", status);
    for (char* const* word = plan->command; *word != NULL; ++word) {
      fprintf(stderr, " %s", *word);
    }
    fputc('\n', stderr);
    exit(1);
  }
}

static long long microseconds(struct timeval time) {
  return time.tv_sec * 1000000LL + time.tv_usec;
}

static void shuffle(int* order) {
  for (int i = 0; i < plan_count; ++i) {
    const int other = rand() % (i + 1);
    order[i] = order[other];
    order[other] = i;
  }
}

static void run_rounds(int rounds, int seconds) {
  const long long end = now() + seconds * 1000000000LL;
  for (int round = 0; round < rounds && now() < end; ++round) {
    int order[most_cases];
    shuffle(order);
    for (int next = 0; next < plan_count; ++next) {
      const int i = order[next];
      if (round % plans[i].every != 0) {
        continue;
      }
      sweep(plans[i].swept);
      int status;
      struct rusage usage;
      const long long started = now();
      const pid_t pid = start(&plans[i]);
      if (wait4(pid, &status, 0, &usage) != pid) {
        fail("wait4");
      }
      const long long wall = now() - started;
      check(status, &plans[i]);
      printf("%d %lld %lld %lld %ld %ld\n", i, wall, microseconds(usage.ru_utime),
             microseconds(usage.ru_stime), usage.ru_minflt + usage.ru_majflt, usage.ru_maxrss);
    }
  }
}

static void run_crowd(int senders, int count) {
  const long long started = now();
  for (int begun = 0, ended = 0; ended < count;) {
    if (begun < count && begun - ended < senders) {
      start(&plans[0]);
      ++begun;
      continue;
    }
    int status;
    wait(&status);
    check(status, &plans[0]);
    ++ended;
  }
  printf("%lld\n", now() - started);
}

int main(int argc, char** argv) {
  if (argc != 4) {
    return 1;
  }
  read_plans();
  (strcmp(argv[1], "crowd") == 0 ? run_crowd : run_rounds)(atoi(argv[2]), atoi(argv[3]));
  return 0;
}
