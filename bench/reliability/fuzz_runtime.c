//===- fuzz_runtime.c - libFuzzer's bytes as a call of the kernel ---------===//
//
// An input is: two bytes for each size, one byte of flags, four bytes of seed, eight bytes for each scalar
// with a range, then elements of the buffers, each buffer an equal part of what is left. Elements beyond it
// come from the seed. A value that is admissible stands in the input as it is, so that what the fuzzer learns
// from comparisons fits; any other is brought into the range. Inputs whose sizes do not exist are refused.
//
// Besides fuzzing, the program knows two commands. `pw-dump OUT FILE…` writes the calls that inputs stand
// for. `pw-replay CALLS COVERAGE REPORT LIMIT SECONDS` makes such calls, each in a process of its own that
// has LIMIT seconds, until SECONDS are over, and writes which of the kernel's edges were reached and how each
// call ended.
//
// With PW_CANDIDATE, a shared library, every call is made there too, and a result that differs from the
// instrumented build's aborts. Inputs at which a sanitizer reports something are written to PW_FOUND, and
// fuzzing goes on.
//
//===----------------------------------------------------------------------===//

#include "fuzz_runtime.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum {
  MAX_SLOTS = 64,
  MAX_FOUND = 64,
  MEMORY = 64 << 20, // bytes of one call while fuzzing
};

static uint32_t slot_count(void) { return pw_argument_count + pw_global_count; }

// -- bytes to values
// -------------------------------------------------------------------------------------------

struct source {
  const uint8_t *data;
  size_t left;
  uint64_t state;
  bool special, low, high, few;
};

static uint64_t take(struct source *s, size_t bytes) {
  uint64_t value = 0;
  size_t n = bytes < s->left ? bytes : s->left;
  memcpy(&value, s->data, n);
  s->data += n;
  s->left -= n;
  return value;
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
static uint64_t draw(struct source *s) {
  uint64_t z = (s->state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static double as_double(const void *at, uint8_t size) {
  if (size == 8) {
    double d;
    memcpy(&d, at, 8);
    return d;
  }
  if (size == 4) {
    float f;
    memcpy(&f, at, 4);
    return f;
  }
  _Float16 h;
  memcpy(&h, at, 2);
  return (double)h;
}

static void put_float(void *at, uint8_t size, double value) {
  float f = (float)value;
  _Float16 h = (_Float16)value;
  memcpy(at, size == 8 ? (void *)&value : size == 4 ? (void *)&f : (void *)&h, size);
}

static int64_t sign_extend(uint64_t raw, uint8_t size) {
  unsigned shift = 64 - 8 * size;
  return (int64_t)(raw << shift) >> shift;
}

static bool within(const struct pw_field *f, int64_t value) {
  if (f->kind == 'i')
    return f->low <= value && value <= f->high;
  return (uint64_t)f->low <= (uint64_t)value && (uint64_t)value <= (uint64_t)f->high;
}

static int64_t integer(const struct pw_field *f, uint64_t raw, const struct source *s) {
  if (s->low || s->high)
    return s->low ? f->low : f->high;
  int64_t value = f->kind == 'i' ? sign_extend(raw, f->size)
                                 : (int64_t)(f->size == 8 ? raw : raw & ((1ull << 8 * f->size) - 1));
  if (within(f, value))
    return value;
  uint64_t span = (uint64_t)f->high - (uint64_t)f->low + 1; // 0: every value, which is within
  return (int64_t)((uint64_t)f->low + raw % (span ? span : 1));
}

static const double SPECIAL[] = {NAN, INFINITY, -INFINITY, 0.0, -0.0, 1.0, -1.0};

static void floating(void *at, const struct pw_field *f, uint64_t raw, bool given, struct source *s) {
  bool special = s->special && f->special;
  if (given) {
    double value = as_double(&raw, f->size);
    if ((f->float_low <= value && value <= f->float_high) || special) {
      memcpy(at, &raw, f->size);
      return;
    }
  } else if (special && raw % 8 == 0) {
    uint64_t which = (raw >> 3) % 12;
    // Beyond the table: subnormals, the smallest normal, the largest, and one and a bit.
    static const uint64_t bits[3][5] = {
        {1, 0x8001, 0x0400, 0x7bff, 0x3c01},
        {1, 0x80000001, 0x00800000, 0x7f7fffff, 0x3f800001},
        {1, 0x8000000000000001, 0x0010000000000000, 0x7fefffffffffffff, 0x3ff0000000000001}};
    if (which < 7)
      put_float(at, f->size, SPECIAL[which]);
    else
      memcpy(at, &bits[f->size == 2 ? 0 : f->size == 4 ? 1 : 2][which - 7], f->size);
    return;
  }
  double part = s->low ? 0.0 : s->high ? 1.0 : (double)(raw >> 11) * 0x1p-53;
  put_float(at, f->size, f->float_low + (f->float_high - f->float_low) * part);
}

static void put(void *at, const struct pw_field *f, int64_t value) {
  if (f->kind == 'f')
    put_float(at, f->size, (double)value);
  else
    memcpy(at, &value, f->size);
}

static void element(char *at, const struct pw_field *f, int64_t index, uint64_t raw, bool given,
                    struct source *s) {
  switch (f->fill) {
  case PW_CONSTANT:
  case PW_IOTA:
    if (f->kind == 'f')
      put_float(at, f->size, f->start + f->step * (double)index);
    else
      put(at, f, (int64_t)f->start + (int64_t)f->step * index);
    break;
  case PW_INDEX:
    put(at, f, f->bound <= 0 ? 0 : s->low ? 0 : s->high ? f->bound - 1 : (int64_t)(raw % (uint64_t)f->bound));
    break;
  case PW_OFFSETS:
    put(at, f, f->bound < 0 ? 0 : (int64_t)(raw % ((uint64_t)f->bound + 1)));
    break;
  case PW_TEXT: {
    char letter = (char)raw;
    if (!letter || !strchr(f->alphabet, letter))
      letter = f->alphabet[raw % strlen(f->alphabet)];
    put(at, f, (unsigned char)letter);
    break;
  }
  default:
    if (f->kind == 'f')
      floating(at, f, raw, given, s);
    else
      put(at, f, integer(f, raw, s));
  }
}

static const struct pw_field *sorted_by;

static int ascending(const void *a, const void *b) {
  if (sorted_by->kind == 'f') {
    double x = as_double(a, sorted_by->size), y = as_double(b, sorted_by->size);
    return (x > y) - (x < y);
  }
  uint64_t x = 0, y = 0;
  memcpy(&x, a, sorted_by->size);
  memcpy(&y, b, sorted_by->size);
  if (sorted_by->kind == 'i') {
    int64_t i = sign_extend(x, sorted_by->size), j = sign_extend(y, sorted_by->size);
    return (i > j) - (i < j);
  }
  return (x > y) - (x < y);
}

/// What relates the elements of a buffer to each other.
static void arrange(char *data, const struct pw_argument *a, struct source *s) {
  const struct pw_field *f = a->fields;
  if (a->field_count != 1 || a->count == 0)
    return;
  switch (f->fill) {
  case PW_OFFSETS:
  case PW_SORTED:
    sorted_by = f;
    qsort(data, (size_t)a->count, a->stride, ascending);
    if (f->fill == PW_OFFSETS) {
      put(data + (a->count - 1) * a->stride, f, a->count > 1 ? f->bound : 0);
      put(data, f, 0);
    }
    break;
  case PW_PERMUTATION:
    for (int64_t i = 0; i < a->count; i++) { // inside out (Durstenfeld)
      int64_t j = (int64_t)(draw(s) % (uint64_t)(i + 1));
      memmove(data + i * a->stride, data + j * a->stride, a->stride);
      put(data + j * a->stride, f, i);
    }
    break;
  case PW_TEXT:
    if (f->terminate)
      put(data + (a->count - 1) * a->stride, f, 0);
    break;
  case PW_SPD:
    for (int64_t m = 0; a->order && m < a->count / (a->order * a->order); m++)
      for (int64_t i = 0; i < a->order; i++)
        for (int64_t j = 0; j <= i; j++) {
          char *at = data + ((m * a->order + i) * a->order + j) * a->stride;
          double value = (double)(draw(s) >> 11) * 0x1p-52 - 1;
          put_float(at, f->size, i == j ? (double)a->order + (value + 1) / 2 : value);
          memcpy(data + ((m * a->order + j) * a->order + i) * a->stride, at, f->size);
        }
    break;
  default:
    break;
  }
}

static void fill(char *data, const struct pw_argument *a, struct source *s, size_t share) {
  uint64_t recent = 0;
  for (int64_t i = 0; i < a->count; i++)
    for (uint32_t n = 0; n < a->field_count; n++) {
      const struct pw_field *f = &a->fields[n];
      bool given = share >= f->size;
      uint64_t raw = given ? take(s, f->size) : draw(s);
      share -= given ? f->size : 0;
      if (!given && s->few && i % 4) // runs of equal elements
        raw = recent;
      recent = raw;
      element(data + i * a->stride + f->offset, f, i, raw, given, s);
    }
  arrange(data, a, s);
}

// -- sizes
// -----------------------------------------------------------------------------------------------------

/// As Size.fit of bench/sizes.py.
static bool fit(const struct pw_size *z, int64_t wanted, int64_t floor, int64_t *value) {
  int64_t low = pw_max(z->min, floor), v;
  if (z->power_of_two) {
    for (v = 1; v * 2 <= wanted;)
      v *= 2;
    while (v < low || v % z->multiple)
      if ((v *= 2) > z->max)
        return false;
  } else {
    v = pw_max(wanted, low) / z->multiple * z->multiple;
    if (v < low)
      v += z->multiple;
  }
  *value = v;
  return v <= z->max;
}

static bool fit_sizes(int64_t *size) {
  for (uint32_t round = 0; round < pw_size_count + 2; round++) {
    bool changed = false, bad = false;
    for (uint32_t i = 0; i < pw_size_count; i++) {
      int64_t before = size[i], floor = pw_floor(i, size, &bad);
      if (bad || !fit(&pw_sizes[i], before, floor, &size[i]))
        return false;
      changed |= size[i] != before;
    }
    if (!changed)
      return true;
  }
  return false;
}

// -- calls
// -----------------------------------------------------------------------------------------------------

struct buffer {
  char *data;
  char **pointers; // of T**
  void *slot;      // what the shim's slot points at
  uint64_t size, rows;
};

struct call {
  int64_t size[MAX_SLOTS];
  struct buffer slots[MAX_SLOTS];
};

static void *allocate(size_t bytes, size_t align) {
  void *data = NULL;
  if (align <= 16)
    return malloc(bytes);
  return posix_memalign(&data, align, bytes) ? NULL : data;
}

static void release(struct call *c) {
  for (uint32_t i = 0; i < slot_count(); i++) {
    free(c->slots[i].data);
    free(c->slots[i].pointers);
  }
}

static bool decode(const uint8_t *data, size_t length, struct call *c) {
  struct source s = {data, length, 0, false, false, false, false};
  memset(c, 0, sizeof *c);
  for (uint32_t i = 0; i < pw_size_count; i++) {
    int64_t wanted = (int64_t)take(&s, 2);
    c->size[i] = wanted <= pw_sizes[i].max ? wanted : wanted % (pw_sizes[i].max + 1);
  }
  unsigned flags = (unsigned)take(&s, 1);
  s.state = take(&s, 4);
  s.special = flags & 1, s.few = flags & 2, s.low = (flags & 12) == 4, s.high = (flags & 12) == 8;
  if (!fit_sizes(c->size) || !pw_resolve(c->size))
    return false;
  uint64_t total = 0;
  uint32_t arrays = 0;
  for (uint32_t i = 0; i < slot_count(); i++) {
    const struct pw_argument *a = &pw_arguments[i];
    if (a->count < 0 || (uint64_t)a->count > MEMORY || (total += (uint64_t)a->count * a->stride) > MEMORY)
      return false;
    arrays += !a->scalar;
  }
  for (uint32_t i = 0; i < slot_count(); i++) {
    struct pw_argument *a = &pw_arguments[i];
    struct buffer *b = &c->slots[i];
    b->size = a->scalar ? 16 : (uint64_t)a->count * a->stride;
    b->rows = a->pointers ? (uint64_t)a->rows : 0;
    b->data = a->scalar ? calloc(1, 16) : allocate(b->size, a->align);
    if (a->scalar) {
      element(b->data, a->fields, 0, a->fields->fill == PW_UNIFORM ? take(&s, 8) : 0, true, &s);
      continue;
    }
    memset(b->data, 0, b->size); // padding
    fill(b->data, a, &s, s.left / arrays--);
  }
  return true;
}

static void copy(const struct call *from, struct call *to) {
  *to = *from;
  for (uint32_t i = 0; i < slot_count(); i++) {
    to->slots[i].data = allocate(from->slots[i].size, pw_arguments[i].align);
    memcpy(to->slots[i].data, from->slots[i].data, from->slots[i].size);
  }
}

typedef void (*shim)(void **slots, void *result);

static void make(struct call *c, shim function, void *const *globals, char *result) {
  void *slots[MAX_SLOTS];
  for (uint32_t i = 0; i < pw_argument_count; i++) {
    struct buffer *b = &c->slots[i];
    if (pw_arguments[i].pointers) {
      b->pointers = malloc(b->rows * sizeof(char *));
      for (uint64_t row = 0; row < b->rows; row++)
        b->pointers[row] = b->data + row * (b->size / b->rows);
      b->slot = b->pointers;
    } else {
      b->slot = b->data;
    }
    slots[i] = pw_arguments[i].scalar ? (void *)b->data : (void *)&b->slot;
  }
  for (uint32_t i = 0; i < pw_global_count; i++)
    memcpy(globals[i], c->slots[pw_argument_count + i].data, c->slots[pw_argument_count + i].size);
  function(slots, result);
  for (uint32_t i = 0; i < pw_global_count; i++)
    memcpy(c->slots[pw_argument_count + i].data, globals[i], c->slots[pw_argument_count + i].size);
}

static void *own_globals[MAX_SLOTS], *candidate_globals[MAX_SLOTS];
static shim candidate;

static bool equal(char kind, uint8_t size, const char *a, const char *b) {
  if (memcmp(a, b, size) == 0)
    return true;
  double x = kind == 'f' ? as_double(a, size) : 0, y = kind == 'f' ? as_double(b, size) : 0;
  return kind == 'f' && x != x && y != y;
}

static bool same(const struct call *a, const struct call *b) {
  for (uint32_t i = 0; i < slot_count(); i++) {
    const struct pw_argument *arg = &pw_arguments[i];
    if (arg->scalar || memcmp(a->slots[i].data, b->slots[i].data, a->slots[i].size) == 0)
      continue;
    for (int64_t k = 0; k < arg->count; k++)
      for (uint32_t n = 0; n < arg->field_count; n++) {
        uint64_t at = (uint64_t)k * arg->stride + arg->fields[n].offset;
        if (!equal(arg->fields[n].kind, arg->fields[n].size, a->slots[i].data + at, b->slots[i].data + at))
          return false;
      }
  }
  return true;
}

// -- what the sanitizers say
// -----------------------------------------------------------------------------------

static const uint8_t *current;
static size_t current_size;
static unsigned found, reports;

/// Where a replayed call says how it ended.
struct report {
  char text[400];
};
static struct report *report;
static void keep_coverage(void);

static void keep_input(void) {
  const char *folder = getenv("PW_FOUND");
  reports++;
  if (!folder || !current || found >= MAX_FOUND)
    return;
  char path[4096];
  snprintf(path, sizeof path, "%s/found-%d-%u", folder, (int)getpid(), found++);
  FILE *file = fopen(path, "wb");
  if (file) {
    fwrite(current, 1, current_size, file);
    fclose(file);
  }
}

#ifdef PW_SANITIZED
void __asan_set_error_report_callback(void (*)(const char *));
const char *__asan_get_report_description(void);
void *__asan_get_report_pc(void);
size_t __asan_get_report_access_size(void);
int __asan_get_report_access_type(void);
void __ubsan_get_current_report_data(const char **kind, const char **message, const char **file,
                                     unsigned *line, unsigned *column, char **address);

static void on_address_report(const char *text) {
  (void)text;
  keep_input();
  if (report && !report->text[0]) {
    Dl_info module = {0};
    char *pc = __asan_get_report_pc();
    const char *kind = __asan_get_report_description();
    if (strstr(kind, "buffer") || strstr(kind, "use-after") || strstr(kind, "poison"))
      pc--; // where the check's call returns to, which may be another line's
    dladdr(pc, &module);
    snprintf(report->text, sizeof report->text, "address\t%s\t%s of %zu bytes\t%zx", kind,
             __asan_get_report_access_type() ? "write" : "read", __asan_get_report_access_size(),
             (size_t)(pc - (char *)module.dli_fbase));
  }
  keep_coverage();
}

void __ubsan_on_report(void) {
  const char *kind = "", *message = "", *file = "";
  unsigned line = 0, column = 0;
  char *address = NULL;
  __ubsan_get_current_report_data(&kind, &message, &file, &line, &column, &address);
  keep_input();
  if (report && !report->text[0])
    snprintf(report->text, sizeof report->text, "undefined\t%s\t%s\t%s:%u:%u", kind, message, file, line,
             column);
}
#endif

// -- fuzzing
// ---------------------------------------------------------------------------------------------------

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct call c, other;
  current = data, current_size = size;
  if (!decode(data, size, &c))
    return -1;
  unsigned before = reports;
  char expected[64] = {0}, actual[64] = {0};
  if (candidate)
    copy(&c, &other);
  make(&c, pw_call, own_globals, expected);
  // What undefined behaviour computes may differ.
  if (candidate && reports == before) {
    make(&other, candidate, candidate_globals, actual);
    if (!same(&c, &other) || (pw_return_kind && !equal(pw_return_kind, pw_return_size, expected, actual)))
      abort();
  }
  if (candidate)
    release(&other);
  release(&c);
  return 0;
}

// -- dump and replay
// -------------------------------------------------------------------------------------------
//
// A call in a file: its sizes (i64 each), then for each slot, globals last, u64 rows, u64 bytes, and the
// bytes. An input that was refused is the single i64 -1 in place of its sizes; without sizes an i64 0 comes
// first in any case.

static int dump(int count, char **files, const char *output) {
  FILE *out = fopen(output, "wb");
  if (!out)
    return 1;
  for (int n = 0; n < count; n++) {
    static uint8_t data[1 << 20];
    struct call c;
    FILE *in = fopen(files[n], "rb");
    size_t size = in ? fread(data, 1, sizeof data, in) : 0;
    if (in)
      fclose(in);
    int64_t refused = decode(data, size, &c) ? 0 : -1;
    fwrite(&refused, 8, 1, out);
    if (refused)
      continue;
    fwrite(c.size, 8, pw_size_count, out);
    for (uint32_t i = 0; i < slot_count(); i++) {
      fwrite(&c.slots[i].rows, 8, 1, out);
      fwrite(&c.slots[i].size, 8, 1, out);
      fwrite(c.slots[i].data, 1, c.slots[i].size, out);
    }
    release(&c);
  }
  return fclose(out) != 0;
}

static bool read_call(FILE *in, struct call *c) {
  int64_t mark;
  memset(c, 0, sizeof *c);
  if (fread(&mark, 8, 1, in) != 1 || fread(c->size, 8, pw_size_count, in) != pw_size_count)
    return false;
  for (uint32_t i = 0; i < slot_count(); i++) {
    struct buffer *b = &c->slots[i];
    if (fread(&b->rows, 8, 1, in) != 1 || fread(&b->size, 8, 1, in) != 1)
      return false;
    b->data = allocate(pw_arguments[i].scalar && b->size < 16 ? 16 : b->size, pw_arguments[i].align);
    if (!b->data || (b->size && fread(b->data, 1, b->size, in) != b->size))
      return false;
  }
  return true;
}

#ifdef PW_COVERAGE
// Flags, since counters of eight bits are back at 0 after 256 times.
void __sanitizer_cov_bool_flag_init(bool *start, bool *end) { (void)start, (void)end; }
extern uint8_t __start___sancov_bools[], __stop___sancov_bools[];
extern uintptr_t __start___sancov_pcs[]; // pairs: address, 1 for a function's first block
#endif
static uint8_t *reached; // a file's memory, which outlives the process

static void keep_coverage(void) {
#ifdef PW_COVERAGE
  if (reached)
    for (size_t i = 0; i < (size_t)(__stop___sancov_bools - __start___sancov_bools); i++)
      reached[i] |= __start___sancov_bools[i] != 0;
#endif
}

static void on_alarm(int number) {
  (void)number;
  keep_coverage();
  _exit(99);
}

static void *mapped(const char *path, size_t bytes) {
  int file = open(path, O_RDWR | O_CREAT, 0600);
  void *memory = MAP_FAILED;
  if (file >= 0 && ftruncate(file, (off_t)bytes + 1) == 0)
    memory = mmap(NULL, bytes + 1, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0)
    close(file);
  return memory == MAP_FAILED ? NULL : memory;
}

static void write_edges(const char *path, size_t count) {
  FILE *out = fopen(path, "wb");
  if (!out)
    _exit(98);
#ifdef PW_COVERAGE
  Dl_info module = {0};
  dladdr((void *)__start___sancov_pcs[0], &module);
  for (size_t i = 0; i < count; i++) {
    uint64_t entry[2] = {__start___sancov_pcs[2 * i] - (uintptr_t)module.dli_fbase,
                         __start___sancov_pcs[2 * i + 1]};
    fwrite(entry, 8, 2, out);
  }
#else
  (void)count;
#endif
  fclose(out);
}

// Makes the calls from `first` on in this process, which may die of one; whoever started it then goes on with
// the next.  files: calls, coverage, reports, edges, reached, report.
static int replay(char **files, unsigned first, unsigned limit, unsigned seconds) {
  FILE *in = fopen(files[0], "rb"), *edges = fopen(files[1], "ab"), *out = fopen(files[2], "ab");
  size_t count = 0;
#ifdef PW_COVERAGE
  count = (size_t)(__stop___sancov_bools - __start___sancov_bools);
#endif
  reached = mapped(files[4], count);
  report = mapped(files[5], sizeof *report);
  if (!in || !edges || !out || !reached || !report)
    return 98;
  write_edges(files[3], count);
  signal(SIGALRM, on_alarm);
  time_t start = time(NULL);
  struct call c;
  for (unsigned number = 0; time(NULL) - start <= seconds && read_call(in, &c); number++) {
    if (number >= first) {
      char result[64];
      memset(report, 0, sizeof *report);
      alarm(limit);
      // Counts and types of the buffers do not matter here: only their bytes are passed on.
      make(&c, pw_call, own_globals, result);
      alarm(0);
      keep_coverage();
      for (char *p = report->text; *p; p++)
        if (*p == '\n')
          *p = ' ';
      // What was reached so far: the caller sees which calls added something.
      fwrite(reached, 1, count, edges);
      fflush(edges);
      fprintf(out, "0\t%s\n", report->text);
      fflush(out);
      // After undefined behaviour nothing here is worth much, and a place is reported once a process.
      if (report->text[0])
        _exit(97);
    }
    release(&c);
  }
  return fclose(edges) != 0 || fclose(out) != 0 ? 98 : 0;
}

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  for (uint32_t i = 0; i < pw_global_count; i++)
    own_globals[i] = pw_arguments[pw_argument_count + i].address;
#ifdef PW_SANITIZED
  __asan_set_error_report_callback(on_address_report);
#endif
  char **a = *argv;
  if (*argc > 3 && strcmp(a[1], "pw-dump") == 0)
    _exit(dump(*argc - 3, a + 3, a[2]));
  if (*argc == 11 && strcmp(a[1], "pw-replay") == 0)
    _exit(replay(a + 2, (unsigned)atoi(a[8]), (unsigned)atoi(a[9]), (unsigned)atoi(a[10])));
  const char *library = getenv("PW_CANDIDATE");
  if (library) {
    void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
    candidate = handle ? (shim)dlsym(handle, pw_shim) : NULL;
    if (!candidate) {
      fprintf(stderr, "%s\n", dlerror());
      _exit(2);
    }
    for (uint32_t i = 0; i < pw_global_count; i++)
      candidate_globals[i] = dlsym(handle, pw_arguments[pw_argument_count + i].symbol);
  }
  return 0;
}
