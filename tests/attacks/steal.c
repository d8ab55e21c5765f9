/* Reads, changes or replaces a file outside of its folder: by its path, by links, through /proc and by folders' descriptors. */
#include "attack.h"
#if KIND == 1
#define READING
#endif
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static long take(long file) {
  char text[64];
  long got = file < 0 ? -1 : CALL(SYS_read, file, text, sizeof text, 0, 0, 0);
  if (got > 0)
    CALL(SYS_write, 1, text, got, 0, 0, 0);
  return got > 0;
}

static void join(char *to, const char *first, const char *second) {
  while (*first)
    *to++ = *first++;
  while ((*to++ = *second++)) {
  }
}

long attack(const char *secret) {
  long taken = take(CALL(SYS_open, secret, O_RDONLY, 0, 0, 0, 0));
  char path[4096];
  static const char *const ways[] = {"/proc/self/root", "/proc/self/cwd/../../../../../../..", "/proc/1/root",
                                     "../../../../../../.."};
  for (int i = 0; i < 4; ++i) {
    join(path, ways[i], secret);
    taken += take(CALL(SYS_openat, AT_FDCWD, path, O_RDONLY, 0, 0, 0));
  }
  CALL(SYS_symlink, secret, "link", 0, 0, 0, 0);
  taken += take(CALL(SYS_open, "link", O_RDONLY, 0, 0, 0, 0));
  if (CALL(SYS_link, secret, "hard", 0, 0, 0, 0) == 0)
    taken += take(CALL(SYS_open, "hard", O_RDONLY, 0, 0, 0, 0));
  long top = CALL(SYS_open, "/", O_PATH | O_DIRECTORY, 0, 0, 0, 0);
  taken += take(CALL(SYS_openat, top, secret + 1, O_RDONLY, 0, 0, 0));
  struct open_how how = {.flags = O_RDONLY};
  taken += take(CALL(SYS_openat2, top, secret + 1, &how, sizeof how, 0, 0));
  for (int file = 3; file < 64; ++file)
    taken += take(CALL(SYS_openat, file, secret + 1, O_RDONLY, 0, 0, 0));
#ifndef READING /* From here on it would do damage outside of a sandbox. */
  taken += CALL(SYS_open, secret, O_WRONLY, 0, 0, 0, 0) >= 0;
  taken += CALL(SYS_open, secret, O_RDONLY | O_TRUNC, 0, 0, 0, 0) >= 0;
  taken += CALL(SYS_truncate, secret, 0, 0, 0, 0, 0) == 0;
  taken += CALL(SYS_chmod, secret, 0777, 0, 0, 0, 0) == 0;
  taken += CALL(SYS_fchmodat, AT_FDCWD, secret, 0777, 0, 0, 0) == 0;
  taken += CALL(SYS_chown, secret, 0, 0, 0, 0, 0) == 0;
  taken += CALL(SYS_utimensat, AT_FDCWD, secret, 0, 0, 0, 0) == 0;
  taken += CALL(SYS_rename, secret, "moved", 0, 0, 0, 0) == 0;
  taken += CALL(SYS_unlink, secret, 0, 0, 0, 0, 0) == 0;
  struct io_uring_params ring = {0};
  taken += CALL(SYS_io_uring_setup, 4, &ring, 0, 0, 0, 0) >= 0;
  taken += CALL(SYS_mount, "none", ".", "tmpfs", 0, 0, 0) == 0;
  taken += CALL(SYS_unshare, 0x10000000 /* CLONE_NEWUSER */, 0, 0, 0, 0, 0) == 0;
#endif
  return taken;
}
