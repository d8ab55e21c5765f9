// Positions of the smallest and the largest element of each row; the first one wins among equals.
#include <cstddef>

struct Extremes {
  int smallest;
  int largest;
};

static Extremes search(const int *row, int length) {
  Extremes found{0, 0};
  for (int i = 1; i < length; ++i) {
    if (row[i] < row[found.smallest])
      found.smallest = i;
    if (row[i] > row[found.largest])
      found.largest = i;
  }
  return found;
}

extern "C" void extreme_positions(const int *table, int rows, int length, int *smallest, int *largest) {
  for (int r = 0; r < rows; ++r) {
    const Extremes found = search(table + static_cast<std::size_t>(r) * length, length);
    smallest[r] = found.smallest;
    largest[r] = found.largest;
  }
}
