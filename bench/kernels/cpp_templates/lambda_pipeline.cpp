// Map, filter and fold over a range with generic lambdas: clipped, scaled values, those above a floor summed
// by sign.
#include <cstdint>

template <class Map, class Keep, class Fold>
static void pipeline(const float *first, const float *last, Map map, Keep keep, Fold fold) {
  for (; first != last; ++first) {
    auto value = map(*first);
    if (keep(value))
      fold(value);
  }
}

extern "C" void lambda_pipeline(std::int64_t n, const float *in, float limit, float scale,
                                std::int64_t *sums) {
  std::int64_t up = 0, down = 0, kept = 0;
  auto clip = [limit, scale](float v) {
    // The comparisons are such that a NaN becomes the lower limit, which keeps the conversion defined.
    float c = v > -limit ? v : -limit;
    c = c < limit ? c : limit;
    return static_cast<std::int32_t>(c * scale);
  };
  auto count = [&](std::int32_t v) {
    ++kept;
    (v > 0 ? up : down) += v;
  };
  pipeline(in, in + n, clip, [](std::int32_t v) { return v > 10 || v < -10; }, count);
  sums[0] = up;
  sums[1] = down;
  sums[2] = kept;
}
