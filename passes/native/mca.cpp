#include "module.h"
namespace passwright {
void populate_mca(nanobind::module_ &) {}
} // namespace passwright
