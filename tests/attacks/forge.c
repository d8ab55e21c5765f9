/* Answers in the runner's place: frames that claim success, on every descriptor, before the runner itself answers. */
#include "attack.h"
#include <sys/syscall.h>

static const char header[] = "{\"status\":\"ok\",\"seconds\":1e-9,\"outputs\":[],\"written\":[]}";

long attack(const char *target) {
  (void)target;
  char frame[20 + sizeof header - 1] = {sizeof header - 1};
  for (unsigned i = 0; i < sizeof header - 1; ++i)
    frame[20 + i] = header[i];
  for (int file = 1; file < 64; ++file)
    CALL(SYS_write, file, frame, sizeof frame, 0, 0, 0);
  return 1;
}
