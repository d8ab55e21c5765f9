/* What the attacks share.  Each is a function `attack` that tries something forbidden in every way it knows, and built with
   -DPROGRAM a program around it.  A kernel makes its system calls itself: the names of the C library are trapped before. */
#ifndef ATTACK_H
#define ATTACK_H

#define _GNU_SOURCE
#include <errno.h>
#include <stdint.h>

static inline long call6(long number, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d;
  register long r8 __asm__("r8") = e;
  register long r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}
#define CALL(number, a, b, c, d, e, f)                                                                                 \
  call6(number, (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))

/* Each ends by itself where nothing contains it, and harms nothing but what the test gives it: the tests must not be the
   disaster that they look for.  `target` is what the test gives: a path, a port, a process; the result counts what succeeded. */
long attack(const char *target);

#ifdef PROGRAM
#define PARENT CALL(SYS_getppid, 0, 0, 0, 0, 0, 0)
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  long done = attack(argc > 1 ? argv[1] : "");
  printf("succeeded %ld\n", done);
  return done != 0;
}
#else
#define PARENT 0 /* Asking would end a kernel's attack before it began. */
#endif

#endif
