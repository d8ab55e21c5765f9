// Escape-time picture of z -> z*z + c with a hand-made complex number template; a bounded number of steps per
// pixel.

template <class T> struct Complex {
  T re, im;
  Complex operator+(const Complex &o) const { return {re + o.re, im + o.im}; }
  Complex operator*(const Complex &o) const { return {re * o.re - im * o.im, re * o.im + im * o.re}; }
  T norm() const { return re * re + im * im; }
};

template <class T> static int steps_to_escape(Complex<T> c, int limit) {
  Complex<T> z{0, 0};
  int steps = 0;
  while (steps < limit && z.norm() <= T(4)) {
    z = z * z + c;
    ++steps;
  }
  return steps;
}

extern "C" void escape_times(int width, int height, int limit, float left, float top, float pitch,
                             int *steps) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      Complex<float> c{left + pitch * static_cast<float>(x), top + pitch * static_cast<float>(y)};
      steps[y * width + x] = steps_to_escape(c, limit);
    }
}
