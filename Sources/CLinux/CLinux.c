// wcwidth(3) is behind _XOPEN_SOURCE, which the importer does not define.
#define _XOPEN_SOURCE 700
#include "CLinux.h"

#include <wchar.h>

int sotto_columns(unsigned int scalar) {
  return wcwidth((wchar_t)scalar);
}
