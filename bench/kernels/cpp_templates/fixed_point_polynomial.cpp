// Evaluates a polynomial in 16.16 fixed-point arithmetic by a small number class with rounding
// multiplication.
#include <cstdint>

template <int Fraction> class Fixed {
  std::int32_t raw_ = 0;

public:
  static Fixed from_raw(std::int32_t raw) {
    Fixed f;
    f.raw_ = raw;
    return f;
  }
  std::int32_t raw() const { return raw_; }
  friend Fixed operator+(Fixed a, Fixed b) {
    return from_raw(
        static_cast<std::int32_t>(static_cast<std::uint32_t>(a.raw_) + static_cast<std::uint32_t>(b.raw_)));
  }
  friend Fixed operator*(Fixed a, Fixed b) {
    std::int64_t wide = static_cast<std::int64_t>(a.raw_) * b.raw_ + (std::int64_t{1} << (Fraction - 1));
    return from_raw(static_cast<std::int32_t>(wide >> Fraction));
  }
};

using Real = Fixed<16>;

void evaluate(int n, int degree, const std::int32_t *coefficient, const std::int32_t *x, std::int32_t *y) {
  for (int i = 0; i < n; ++i) {
    Real value = Real::from_raw(coefficient[degree]);
    for (int k = degree - 1; k >= 0; --k)
      value = value * Real::from_raw(x[i]) + Real::from_raw(coefficient[k]);
    y[i] = value.raw();
  }
}
