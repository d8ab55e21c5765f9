#include "module.h"
namespace passwright {
void populate_split(nanobind::module_ &) {}
} // namespace passwright
