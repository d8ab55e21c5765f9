// Rows of a table through standard algorithms on pointers: mean, spread around it, extremes, and the scaled
// row.
#include <algorithm>
#include <functional>
#include <numeric>

extern "C" void iterator_statistics(int rows, int cols, const double *table, double *scaled,
                                    double *summary) {
  for (int r = 0; r < rows; ++r) {
    const double *first = table + static_cast<long>(r) * cols;
    const double *last = first + cols;
    double mean = std::accumulate(first, last, 0.0) / cols;
    double spread = std::inner_product(first, last, first, 0.0, std::plus<double>(),
                                       [mean](double a, double b) { return (a - mean) * (b - mean); });
    double low = *std::min_element(first, last), high = *std::max_element(first, last);
    double factor = high > low ? 1.0 / (high - low) : 1.0;
    std::transform(first, last, scaled + static_cast<long>(r) * cols,
                   [=](double v) { return (v - low) * factor; });
    summary[4 * r] = mean;
    summary[4 * r + 1] = spread / cols;
    summary[4 * r + 2] = low;
    summary[4 * r + 3] = high;
  }
}
