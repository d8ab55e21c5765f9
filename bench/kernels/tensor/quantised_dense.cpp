// Dense layer on 8-bit integers with 32-bit accumulation, zero points, and saturation back to 8 bits.
#include <algorithm>
#include <cstdint>

struct Quantisation {
  int input_zero;
  int weight_zero;
  int shift;
};

static std::int8_t saturate(std::int32_t value) {
  return static_cast<std::int8_t>(std::clamp<std::int32_t>(value, -128, 127));
}

extern "C" void quantised_dense(const std::int8_t *input, const std::int8_t *weight, std::int8_t *output,
                                int batch, int inputs, int outputs) {
  constexpr Quantisation q{3, -2, 9};
  for (int b = 0; b < batch; ++b) {
    for (int o = 0; o < outputs; ++o) {
      std::int32_t sum = 0;
      for (int i = 0; i < inputs; ++i)
        sum += (input[b * inputs + i] - q.input_zero) * (weight[i * outputs + o] - q.weight_zero);
      output[b * outputs + o] = saturate(sum >> q.shift);
    }
  }
}
