// The entry of libFuzzer for programs with a main function of their own (LLVM, "Using libFuzzer as a
// library"). The package manager renames `main`, so libFuzzer's own cannot be linked.
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
