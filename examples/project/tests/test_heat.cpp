// Exits with 0 when the library does what its header says.
#include "heat.h"

#include <cstdio>
#include <stdexcept>

int main() {
  const double hot[9] = {0, 0, 0, 0, 8, 0, 0, 0, 0};
  double next[9], product[9];
  heat_step(3, 0.125, hot, next);
  bool right = next[4] == 4 && next[0] == 0;
  const double unit[9] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  mix(3, hot, unit, product);
  right = right && product[4] == 8 && product[5] == 0;
  try {
    mix(-1, hot, unit, product);
    right = false;
  } catch (const std::invalid_argument &) {
  }
  std::puts(right ? "right" : "wrong");
  return !right;
}
