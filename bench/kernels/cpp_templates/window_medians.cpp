// Running median of a signal: each window is copied into a std::vector and its middle found by
// std::nth_element.
#include <algorithm>
#include <vector>

extern "C" void window_medians(int n, int half, const int *signal, int *median) {
  std::vector<int> window;
  window.reserve(static_cast<std::size_t>(2 * half + 1));
  for (int i = 0; i < n; ++i) {
    window.clear();
    for (int k = std::max(0, i - half); k <= std::min(n - 1, i + half); ++k)
      window.push_back(signal[k]);
    auto middle = window.begin() + static_cast<std::ptrdiff_t>(window.size() / 2);
    std::nth_element(window.begin(), middle, window.end());
    median[i] = *middle;
  }
}
