// Value and derivative of a polynomial at many points at once, by dual numbers in Horner's rule.

template <class T> struct Dual {
  T value, slope;
};

template <class T> inline Dual<T> operator*(const Dual<T> &a, const Dual<T> &b) {
  return {a.value * b.value, a.value * b.slope + a.slope * b.value};
}
template <class T> inline Dual<T> operator+(const Dual<T> &a, T b) { return {a.value + b, a.slope}; }

extern "C" void dual_horner(int points, int degree, const double *coefficient, const double *x, double *value,
                            double *slope) {
  for (int i = 0; i < points; ++i) {
    Dual<double> at{x[i], 1.0}, sum{coefficient[degree], 0.0};
    for (int k = degree - 1; k >= 0; --k)
      sum = sum * at + coefficient[k];
    value[i] = sum.value;
    slope[i] = sum.slope;
  }
}
