/* Threads without end. */
#include "attack.h"
#include <linux/sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define FLAGS (CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

long attack(const char *target) {
  (void)target;
  for (long made = 0;; ++made) {
    char *stack = (char *)CALL(SYS_mmap, 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    long thread;
    register void *top __asm__("rsi") = stack + 4096;
    /* The child never returns into this frame: it waits on the spot. */
    __asm__ volatile("syscall\n"
                     "test %%rax, %%rax\n"
                     "jnz 1f\n"
                     "0: mov $34, %%eax\n" /* pause */
                     "syscall\n"
                     "jmp 0b\n"
                     "1:"
                     : "=a"(thread)
                     : "a"(SYS_clone), "D"(FLAGS), "r"(top), "d"(0)
                     : "rcx", "r11", "memory");
    if (thread < 0 || made == 5000)
      return made;
  }
}
