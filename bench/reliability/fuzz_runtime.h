//===- fuzz_runtime.h - How a kernel is called, as tables that bench/reliability/harness.py writes -----===//

#ifndef PASSWRIGHT_FUZZ_RUNTIME_H
#define PASSWRIGHT_FUZZ_RUNTIME_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE // dladdr
#endif

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pw_fill {
  PW_UNIFORM,
  PW_INDEX,
  PW_OFFSETS,
  PW_SORTED,
  PW_PERMUTATION,
  PW_IOTA,
  PW_CONSTANT,
  PW_TEXT,
  PW_SPD
};

/// One scalar inside an element. The table has what never changes, pw_resolve fills in what depends on sizes.
struct pw_field {
  char kind;       // 'b' bool, 'i' signed, 'u' unsigned, 'f' floating point
  uint8_t size;    // bytes
  uint32_t offset; // bytes from the element's start
  enum pw_fill fill;
  bool special;         // NaN, infinities, … are admissible
  bool terminate;       // text: the last character is 0
  const char *alphabet; // text
  int64_t low, high;    // integers, both inclusive; bits of u64 beyond the signed range
  double float_low, float_high;
  int64_t bound;      // index: below; offsets: total
  double start, step; // constant: start alone
};

struct pw_argument {
  const char *name;
  bool scalar;
  bool pointers;   // T**: the slot gets an array of row pointers
  uint32_t stride; // bytes of one element
  uint32_t align;  // bytes
  uint32_t field_count;
  struct pw_field *fields;
  int64_t count;      // elements, by pw_resolve
  int64_t rows;       // of pointers
  int64_t order;      // spd: rows of one matrix
  const char *symbol; // globals
  void *address;      // globals: in the instrumented build
};

struct pw_size {
  const char *name;
  int64_t min, max, multiple; // max already holds the harness's own cap
  bool power_of_two;
};

// Generated for one workload:

extern const uint32_t pw_size_count, pw_argument_count, pw_global_count;
extern const struct pw_size pw_sizes[];
extern struct pw_argument pw_arguments[]; // arguments in IR order, then globals
extern const char pw_return_kind;         // as pw_field.kind; 0: nothing that can be compared
extern const uint8_t pw_return_size;
extern const char pw_shim[]; // its symbol, for dlsym
/// The smallest value that size `index` may have beside the others. Sets *bad where it has none.
int64_t pw_floor(uint32_t index, const int64_t *size, bool *bad);
/// Fills in the counts, ranges and bounds at these sizes. False where they do not exist.
bool pw_resolve(const int64_t *size);
/// The instrumented kernel.
void pw_call(void **slots, void *result);

// For the generated expressions:

static inline int64_t pw_floordiv(int64_t a, int64_t b, bool *bad) {
  if (b == 0 || (a == INT64_MIN && b == -1)) {
    *bad = true;
    return 0;
  }
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}
static inline int64_t pw_mod(int64_t a, int64_t b, bool *bad) { return a - pw_floordiv(a, b, bad) * b; }
static inline int64_t pw_min(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t pw_max(int64_t a, int64_t b) { return a > b ? a : b; }
static inline double pw_fmin(double a, double b) { return a < b ? a : b; }
static inline double pw_fmax(double a, double b) { return a > b ? a : b; }

#endif
