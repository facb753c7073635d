// A stand-in that holds a secret as it should, or with one mistake: what the search of memory is tested with.
//
// usage: leaky none|unwiped|unlocked|dumped|core FOLDER KEY-FILE
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int main(int count, char **words) {
  if (count != 4) return 64;
  const char *mistake = words[1];
  if (strcmp(mistake, "core")) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
  }
  char *secret = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (strcmp(mistake, "unlocked")) mlock(secret, 4096);
  if (strcmp(mistake, "dumped")) madvise(secret, 4096, MADV_DONTDUMP);
  int key = open(words[3], O_RDONLY);
  ssize_t length = read(key, secret, 4096);
  char path[4096];
  for (int number = 0; number < 4; number++) {
    snprintf(path, sizeof path, "%s/written %d", words[2], number);
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (write(file, "nothing of interest", 19) != 19) return 2;
    close(file);
  }
  if (strcmp(mistake, "unwiped")) explicit_bzero(secret, length);
  return 0;
}
