// Module.extract and Module.link.
#include "module.h"
#include "split.h"

#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

using namespace llvm;
namespace nb = nanobind;

namespace passwright {

static void linkHandles(ModuleHandle &self, ModuleHandle &other) {
  if (&self == &other)
    throw CoreError(ErrorKind::Usage, "a module cannot be linked with itself", "link a clone");
  nb::gil_scoped_release release;
  std::string bitcode, name;
  {
    std::lock_guard<std::mutex> lock(*other.mutex);
    bitcode = bitcodeOf(*other.module);
    name = other.module->getModuleIdentifier();
  }
  std::lock_guard<std::mutex> lock(*self.mutex);
  link(*self.module, bitcode, name);
}

void populate_split(nb::module_ &m) {
  moduleClass(m)
      .def(
          "extract",
          [](ModuleHandle &self, const std::vector<std::string> &names) {
            return ModuleHandle(withModule(self, [&](Module &module) { return extract(module, names); }));
          },
          nb::arg("names"),
          "Move the named functions (or aliases of functions) into a module of their own and return it.\n\n"
          "Local functions and data that only they use move with them. Others that they call come as local "
          "copies, or "
          "as bodies to inline (available_externally); data that both modules write stays here. Local "
          "symbols that "
          "both modules refer to become hidden and get the suffix \".passwright\", named functions too; "
          "`link` "
          "undoes that. Raises errors.InputError when there is no such function.")
      .def("link", &linkHandles, nb::arg("other"),
           "Merge a module into this one, `other` staying as it is: the inverse of `extract`. What `extract` "
           "made "
           "visible is local again. Parts may be linked in any order; local symbols that optimised parts no "
           "longer "
           "use remain until a pipeline such as `globaldce` drops them. Raises errors.IRError for symbols "
           "defined "
           "twice.");
}

} // namespace passwright
