/* Times functions: every translation unit of the program includes this, the linker keeps one copy.

   The processor's time stamp counter is charged to the function that is innermost at that moment, among those that were
   not inlined. At the end the sums are written to PASSWRIGHT_PROFILE, a line each: the address relative to the program's
   start, and ticks. Functions of one thread only: others are counted while they do not interleave. */
#ifndef PASSWRIGHT_PROFILE_H
#define PASSWRIGHT_PROFILE_H
#ifdef __cplusplus
extern "C" {
#endif
#define PASSWRIGHT_OWN __attribute__((weak, no_instrument_function, noinline))
#define PASSWRIGHT_SLOTS 8192
#define PASSWRIGHT_DEEPEST 4096
struct passwright_slot {
  void *function;
  unsigned long long ticks;
};
__attribute__((weak)) struct passwright_slot passwright_slots[PASSWRIGHT_SLOTS];
__attribute__((weak)) unsigned passwright_stack[PASSWRIGHT_DEEPEST];
__attribute__((weak)) unsigned passwright_depth;
__attribute__((weak)) unsigned long long passwright_last;
__attribute__((weak)) int passwright_written;
extern char __executable_start;

PASSWRIGHT_OWN unsigned passwright_slot_of(void *function) {
  unsigned slot = (unsigned)(((unsigned long long)function >> 4) * 2654435761u) % PASSWRIGHT_SLOTS;
  for (unsigned tried = 0; tried < PASSWRIGHT_SLOTS; tried++, slot = (slot + 1) % PASSWRIGHT_SLOTS) {
    if (passwright_slots[slot].function == function)
      return slot;
    if (!passwright_slots[slot].function) {
      passwright_slots[slot].function = function;
      return slot;
    }
  }
  return 0;
}

PASSWRIGHT_OWN void passwright_charge(void) {
  unsigned long long now = __builtin_ia32_rdtsc();
  if (passwright_depth && passwright_depth <= PASSWRIGHT_DEEPEST)
    passwright_slots[passwright_stack[passwright_depth - 1]].ticks += now - passwright_last;
  passwright_last = now;
}

PASSWRIGHT_OWN void __cyg_profile_func_enter(void *function, void *caller) {
  (void)caller;
  passwright_charge();
  if (passwright_depth < PASSWRIGHT_DEEPEST)
    passwright_stack[passwright_depth] = passwright_slot_of(function);
  passwright_depth++;
  passwright_last = __builtin_ia32_rdtsc();
}

PASSWRIGHT_OWN void __cyg_profile_func_exit(void *function, void *caller) {
  (void)function;
  (void)caller;
  passwright_charge();
  if (passwright_depth)
    passwright_depth--;
  passwright_last = __builtin_ia32_rdtsc();
}

/* No header is included, and nothing of the C library declared: either would change what the program itself sees. */
PASSWRIGHT_OWN long passwright_call(long number, long first, long second, long third) {
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(first), "S"(second), "d"(third)
                   : "rcx", "r11", "memory");
  return result;
}

PASSWRIGHT_OWN __attribute__((destructor)) void passwright_write(void) {
  if (passwright_written)
    return;
  passwright_written = 1;
  passwright_charge();
  long file = passwright_call(2, (long)PASSWRIGHT_PROFILE, 01 | 0100 | 01000, 0644); /* open */
  if (file < 0)
    return;
  for (unsigned slot = 0; slot < PASSWRIGHT_SLOTS; slot++) {
    if (!passwright_slots[slot].ticks)
      continue;
    char line[40];
    unsigned long long values[2] = {
        (unsigned long long)((char *)passwright_slots[slot].function - &__executable_start),
        passwright_slots[slot].ticks};
    int at = 0;
    for (int which = 0; which < 2; which++) {
      for (int shift = 60; shift >= 0; shift -= 4)
        line[at++] = "0123456789abcdef"[(values[which] >> shift) & 15];
      line[at++] = which ? '\n' : ' ';
    }
    if (passwright_call(1, file, (long)line, at) < at) /* write */
      break;
  }
  passwright_call(3, file, 0, 0); /* close */
}
#ifdef __cplusplus
}
#endif
#endif
