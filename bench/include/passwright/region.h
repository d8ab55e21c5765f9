/* Times named regions of a program that `passwright optimize --run` starts.

       #include <passwright/region.h>

       PASSWRIGHT_REGION_BEGIN(solve);
       solve(n, a, b);
       PASSWRIGHT_REGION_END(solve);

   Begin and end stand in the same block, or the end in one inside it. A region that is entered several times counts
   with its sum. Outside of Passwright nothing is written: the total goes to the file descriptor that the variable
   PASSWRIGHT_REGION_FD names, when the program ends through exit() or by returning from main. Not for threads. */
#ifndef PASSWRIGHT_REGION_H
#define PASSWRIGHT_REGION_H

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct passwright_region {
  const char *name;
  double seconds;
  double started;
  struct passwright_region *next;
};

static struct passwright_region *passwright_regions;

static inline double passwright_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void passwright_report(void) {
  const char *text = getenv("PASSWRIGHT_REGION_FD");
  struct passwright_region *region;
  for (region = passwright_regions; text && region; region = region->next)
    dprintf(atoi(text), "%s %.9f\n", region->name, region->seconds);
}

static inline void passwright_begin(struct passwright_region *region) {
  if (region->started == 0.0) { /* its first time: a region that ran before keeps a start time */
    if (!passwright_regions)
      atexit(passwright_report);
    region->next = passwright_regions;
    passwright_regions = region;
  }
  region->started = passwright_now();
}

static inline void passwright_end(struct passwright_region *region) {
  region->seconds += passwright_now() - region->started;
}

#define PASSWRIGHT_REGION_BEGIN(name)                                                                                  \
  static struct passwright_region passwright_region_##name = {#name, 0.0, 0.0, 0};                                     \
  passwright_begin(&passwright_region_##name)
#define PASSWRIGHT_REGION_END(name) passwright_end(&passwright_region_##name)

#endif
