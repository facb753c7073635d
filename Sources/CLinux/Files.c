// Calls behind _GNU_SOURCE, which the importer does not define.
#define _GNU_SOURCE
#include "CLinux.h"

#include <stdio.h>
#include <unistd.h>

int sotto_rename_without_replacing(int from, const char *name, int to, const char *new_name) {
  return renameat2(from, name, to, new_name, RENAME_NOREPLACE);
}

int sotto_sync_file_system(int descriptor) {
  return syncfs(descriptor);
}
