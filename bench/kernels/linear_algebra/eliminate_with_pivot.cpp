// Determinant by Gaussian elimination with partial pivoting; the matrix is overwritten by its echelon form.
#include <cmath>
#include <utility>

extern "C" double eliminate_with_pivot(double *a, int n) {
  double determinant = 1.0;
  for (int k = 0; k < n; ++k) {
    int pivot = k;
    for (int i = k + 1; i < n; ++i)
      if (std::fabs(a[i * n + k]) > std::fabs(a[pivot * n + k]))
        pivot = i;
    if (pivot != k) {
      for (int j = 0; j < n; ++j)
        std::swap(a[k * n + j], a[pivot * n + j]);
      determinant = -determinant;
    }
    determinant *= a[k * n + k];
    if (a[k * n + k] == 0.0)
      return 0.0;
    for (int i = k + 1; i < n; ++i) {
      const double factor = a[i * n + k] / a[k * n + k];
      for (int j = k; j < n; ++j)
        a[i * n + j] -= factor * a[k * n + j];
    }
  }
  return determinant;
}
