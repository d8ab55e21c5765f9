#include "module.h"
namespace passwright {
void populate_observe(nanobind::module_ &) {}
} // namespace passwright
