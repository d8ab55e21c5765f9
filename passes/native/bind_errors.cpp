// The border between C++ errors and the Python exception family.
#include "errors.h"
#include "module.h"

#include <nanobind/stl/string.h>

namespace nb = nanobind;
using namespace llvm;

namespace passwright {

static const char *className(ErrorKind kind) {
  switch (kind) {
  case ErrorKind::Input:
    return "InputError";
  case ErrorKind::Usage:
    return "UsageError";
  case ErrorKind::Parse:
    return "ParseError";
  case ErrorKind::IR:
    return "IRError";
  case ErrorKind::Recipe:
    return "RecipeError";
  case ErrorKind::SizeLimit:
    return "SizeLimitError";
  }
  return "PasswrightError";
}

// LLVM's messages quote their input, which may be any bytes.
static nb::object text(const std::string &bytes) {
  PyObject *decoded = PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace");
  if (!decoded)
    throw nb::python_error();
  return nb::steal(decoded);
}

static void raise(const CoreError &error) {
  // Looked up when needed: the extension must load without the rest of the package (stub generation does).
  nb::object type = nb::module_::import_("passwright.passes.errors").attr(className(error.kind));
  nb::dict keywords;
  keywords["hint"] = text(error.hint);
  if (error.kind == ErrorKind::Parse) {
    keywords["path"] = text(error.path);
    keywords["line"] = error.line;
    keywords["column"] = error.column;
  }
  nb::object value = type(text(error.message), **keywords);
  PyErr_SetObject(type.ptr(), value.ptr());
}

void populate_errors() {
  nb::register_exception_translator([](const std::exception_ptr &pointer, void *) {
    try {
      std::rethrow_exception(pointer);
    } catch (const CoreError &error) {
      try {
        raise(error);
      } catch (nb::python_error &failure) { // the package itself cannot be imported
        failure.restore();
      }
    }
  });
}

} // namespace passwright
