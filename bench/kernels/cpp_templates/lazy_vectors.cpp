// Vector arithmetic through lazy expression objects: d = a * x + (y - z) * w, evaluated element by element.
#include <cstddef>

namespace {

struct Leaf {
  const double *data;
  double operator[](std::size_t i) const { return data[i]; }
};

struct Plus {
  static double apply(double a, double b) { return a + b; }
};
struct Minus {
  static double apply(double a, double b) { return a - b; }
};
struct Times {
  static double apply(double a, double b) { return a * b; }
};

template <class Op, class L, class R> struct Binary {
  L left;
  R right;
  double operator[](std::size_t i) const { return Op::apply(left[i], right[i]); }
};

template <class L, class R> Binary<Plus, L, R> operator+(L l, R r) { return {l, r}; }
template <class L, class R> Binary<Minus, L, R> operator-(L l, R r) { return {l, r}; }
template <class L, class R> Binary<Times, L, R> operator*(L l, R r) { return {l, r}; }

template <class E> void assign(double *out, std::size_t n, const E &e) {
  for (std::size_t i = 0; i < n; ++i)
    out[i] = e[i];
}

} // namespace

extern "C" void lazy_vectors(std::size_t n, const double *a, const double *x, const double *y,
                             const double *z, const double *w, double *d) {
  assign(d, n, Leaf{a} * Leaf{x} + (Leaf{y} - Leaf{z}) * Leaf{w});
  assign(d, n, Leaf{d} * Leaf{d} - Leaf{a});
}
