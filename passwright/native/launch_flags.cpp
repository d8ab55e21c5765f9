// Compile options by what becomes of them in an object that is built from the IR, as tables.
//
// An option that is in none of them sends the compile to the compiler as it is: a new option of clang's may
// concern the code generator, where it would be lost. docs/drop-in-compilers.md lists what is left out on
// purpose.
#include "launch_flags.h"

#include "launch_text.h"

#include <algorithm>
#include <cstring>

namespace launch {

// The next argument is theirs.
static constexpr const char *withValue[] = {"-I",           "-D",       "-U",       "-L",         "-include",
                                            "-imacros",     "-isystem", "-iquote",  "-idirafter", "-isysroot",
                                            "-iwithprefix", "-iprefix", "--sysroot"};

// May go on in the same argument.
static constexpr const char *prefixes[] = {"-I",
                                           "-D",
                                           "-U",
                                           "-L",
                                           "-l",
                                           "-iquote",
                                           "-idirafter",
                                           "--sysroot=",
                                           "-std=",
                                           "--std=",
                                           "-stdlib=",
                                           "-Wl,",
                                           "-march=",
                                           "-mtune=",
                                           "-mprefer-vector-width=",
                                           "-Wp,-D",
                                           "-Wp,-U",
                                           "-fvisibility=",
                                           "-ffp-contract=",
                                           "-fcf-protection=",
                                           "-fdiagnostics-",
                                           "-fno-diagnostics-",
                                           "-fmessage-length=",
                                           "-ferror-limit=",
                                           "-ftemplate-depth=",
                                           "-ftemplate-backtrace-limit=",
                                           "-fconstexpr-depth=",
                                           "-fconstexpr-steps=",
                                           "-fbracket-depth=",
                                           "-fmacro-backtrace-limit=",
                                           "-fconstexpr-backtrace-limit=",
                                           "-fspell-checking-limit=",
                                           "-fdebug-prefix-map=",
                                           "-ffile-prefix-map=",
                                           "-fmacro-prefix-map=",
                                           "-fdebug-compilation-dir=",
                                           "-fno-builtin-",
                                           "-fcrash-diagnostics-dir=",
                                           "-ftrivial-auto-var-init="};

// Stand alone.
static constexpr const char *flags[] = {
    "-pipe", "-pthread", "-w", "-ansi", "-pedantic", "-pedantic-errors", "-trigraphs", "-undef", "-nostdinc",
    "-nostdinc++", "-nostdlibinc", "-Qunused-arguments", "-MP", "-m64", "-mno-red-zone", "-mred-zone",
    "-mstackrealign", "-mfpmath=sse", "-momit-leaf-frame-pointer", "-mno-omit-leaf-frame-pointer", "-g",
    "-g0", "-g1", "-g2", "-g3", "-ggdb", "-ggdb0", "-ggdb1", "-ggdb2", "-ggdb3", "-gdwarf", "-gdwarf-2",
    "-gdwarf-3", "-gdwarf-4", "-gdwarf-5", "-gline-tables-only", "-gcolumn-info", "-gno-column-info", "-fPIC",
    "-fpic", "-fPIE", "-fpie",
    // Their opposites would have to be told to the passes and the code generator.
    "-funroll-loops", "-fvectorize", "-ftree-vectorize", "-fslp-vectorize", "-ftree-slp-vectorize",
    "-fno-lto", "-fno-sanitize=all", "-fno-profile-generate", "-fintegrated-as"};

// After -f or -fno-.
static constexpr const char *bothWays[] = {"access-control",
                                           "aligned-allocation",
                                           "aligned-new",
                                           "associative-math",
                                           "asynchronous-unwind-tables",
                                           "builtin",
                                           "caret-diagnostics",
                                           "cf-protection",
                                           "char8_t",
                                           "color-diagnostics",
                                           "common",
                                           "cxx-exceptions",
                                           "data-sections",
                                           "delete-null-pointer-checks",
                                           "dollars-in-identifiers",
                                           "elide-constructors",
                                           "elide-type",
                                           "exceptions",
                                           "fast-math",
                                           "finite-loops",
                                           "finite-math-only",
                                           "freestanding",
                                           "function-sections",
                                           "gnu-inline-asm",
                                           "gnu-keywords",
                                           "gnu89-inline",
                                           "honor-infinities",
                                           "honor-nans",
                                           "hosted",
                                           "ident",
                                           "inline",
                                           "inline-functions",
                                           "jump-tables",
                                           "math-errno",
                                           "merge-all-constants",
                                           "ms-extensions",
                                           "omit-frame-pointer",
                                           "openmp-simd",
                                           "operator-names",
                                           "plt",
                                           "protect-parens",
                                           "reciprocal-math",
                                           "register-global-dtors-with-atexit",
                                           "rounding-math",
                                           "rtti",
                                           "semantic-interposition",
                                           "short-enums",
                                           "short-wchar",
                                           "show-column",
                                           "show-source-location",
                                           "signed-char",
                                           "signed-zeros",
                                           "sized-deallocation",
                                           "spell-checking",
                                           "stack-clash-protection",
                                           "stack-protector",
                                           "stack-protector-all",
                                           "stack-protector-strong",
                                           "standalone-debug",
                                           "strict-aliasing",
                                           "strict-enums",
                                           "strict-float-cast-overflow",
                                           "strict-overflow",
                                           "strict-return",
                                           "strict-vtable-pointers",
                                           "threadsafe-statics",
                                           "trapping-math",
                                           "trapv",
                                           "unsafe-math-optimizations",
                                           "unsigned-char",
                                           "unwind-tables",
                                           "use-cxa-atexit",
                                           "visibility-inlines-hidden",
                                           "wrapv"};

// After -m or -mno-: they become the functions' target features.
static constexpr const char *features[] = {
    "sse",        "sse2",       "sse3",       "ssse3",       "sse4",       "sse4.1",       "sse4.2",
    "sse4a",      "avx",        "avx2",       "avx512f",     "avx512cd",   "avx512bw",     "avx512dq",
    "avx512vl",   "avx512ifma", "avx512vbmi", "avx512vbmi2", "avx512vnni", "avx512bitalg", "avx512vpopcntdq",
    "avx512bf16", "avx512fp16", "avxvnni",    "fma",         "fma4",       "bmi",          "bmi2",
    "popcnt",     "lzcnt",      "f16c",       "aes",         "pclmul",     "vaes",         "vpclmulqdq",
    "gfni",       "sha",        "adx",        "movbe",       "rdrnd",      "rdseed",       "mmx",
    "xsave",      "cx16",       "prfchw",     "fsgsbase"};

template <size_t N> static bool contains(const char *const (&table)[N], const std::string &text) {
  return std::any_of(table, table + N, [&](const char *entry) { return text == entry; });
}

// -W: warnings, but for what is handed on to tools or concerns the code generator.
static bool isWarning(const std::string &option) {
  for (const char *other : {"-Wa,", "-Wp,", "-Wframe-larger-than", "-Wlarge-by-value"})
    if (startsWith(option, other))
      return false;
  return startsWith(option, "-W");
}

Option classify(const std::string &option) {
  if (contains(withValue, option))
    return Option::WithValue;
  if (contains(flags, option) || isWarning(option))
    return Option::Flag;
  for (const char *prefix : prefixes)
    if (startsWith(option, prefix) && option.size() > strlen(prefix))
      return Option::Flag;
  for (const char *start : {"-fno-", "-f"})
    if (startsWith(option, start) && contains(bothWays, option.substr(strlen(start))))
      return Option::Flag;
  for (const char *start : {"-mno-", "-m"})
    if (startsWith(option, start) && contains(features, option.substr(strlen(start))))
      return Option::Flag;
  return Option::Unknown;
}

} // namespace launch
