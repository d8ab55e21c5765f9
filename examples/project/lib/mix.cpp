#include "heat.h"

#include <stdexcept>

static double product(const double *row, const double *column, int n) {
  double sum = 0;
  for (int k = 0; k < n; k++)
    sum += row[k] * column[k * n];
  return sum;
}

void mix(int n, const double *left, const double *right, double *out) {
  if (n < 0)
    throw std::invalid_argument("a plate of negative size");
  for (int i = 0; i < n; i++)
    for (int j = 0; j < n; j++)
      out[i * n + j] = product(left + i * n, right + j, n);
}
