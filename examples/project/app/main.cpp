// plate N STEPS: the sum over a plate after some steps and one mixing; the same for the same arguments.
#include "heat.h"

#include <cstdio>
#include <cstdlib>
#include <vector>

int main(int count, char **arguments) {
  int n = count > 1 ? std::atoi(arguments[1]) : 300, steps = count > 2 ? std::atoi(arguments[2]) : 100;
  std::vector<double> plate(n * n), next(n * n), mixed(n * n);
  for (int at = 0; at < n * n; at++)
    plate[at] = at % 17 * 0.5;
  for (int step = 0; step < steps; step++) {
    heat_step(n, 0.1, plate.data(), next.data());
    plate.swap(next);
  }
  mix(n, plate.data(), next.data(), mixed.data());
  double sum = 0;
  for (double value : mixed)
    sum += value;
  std::printf("%.17g\n", sum);
}
