// Sorted distinct values of each row with their number, by std::sort and std::unique on a reused std::vector.
#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

extern "C" std::int64_t distinct_values(int rows, int cols, const std::uint16_t *table, std::uint16_t *values,
                                        int *count) {
  std::vector<std::uint16_t> row(static_cast<std::size_t>(cols));
  for (int r = 0; r < rows; ++r) {
    std::copy(table + r * cols, table + (r + 1) * cols, row.begin());
    std::sort(row.begin(), row.end());
    auto end = std::unique(row.begin(), row.end());
    std::fill(std::copy(row.begin(), end, values + r * cols), values + (r + 1) * cols, std::uint16_t{0});
    count[r] = static_cast<int>(end - row.begin());
  }
  return std::accumulate(count, count + rows, std::int64_t{0});
}
