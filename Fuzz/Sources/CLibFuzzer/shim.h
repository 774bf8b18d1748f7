#include <stddef.h>
#include <stdint.h>

/* Of LLVM's libFuzzer, which brings no header. */
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*callback)(const uint8_t *data, size_t size));
