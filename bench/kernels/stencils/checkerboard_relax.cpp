// Red-black relaxation: points of one colour only read points of the other, so a half sweep has no order.
template <typename Real> class Plane {
public:
  Plane(Real *cells, int width) : cells_(cells), width_(width) {}
  Real &at(int row, int column) { return cells_[row * width_ + column]; }

private:
  Real *cells_;
  int width_;
};

template <typename Real>
static void half_sweep(Plane<Real> &u, Plane<const Real> &f, int n, int colour, Real omega) {
  for (int i = 1; i < n - 1; ++i) {
    for (int j = 1; j < n - 1; ++j) {
      if ((i + j) % 2 == colour) {
        const Real residual = u.at(i - 1, j) + u.at(i + 1, j) + u.at(i, j - 1) + u.at(i, j + 1) -
                              Real(4) * u.at(i, j) - f.at(i, j);
        u.at(i, j) += omega * Real(0.25) * residual;
      }
    }
  }
}

void checkerboard_relax(float *u, const float *f, int n, int sweeps, float omega) {
  Plane<float> unknown(u, n);
  Plane<const float> right(f, n);
  for (int s = 0; s < sweeps; ++s)
    for (int colour = 0; colour < 2; ++colour)
      half_sweep(unknown, right, n, colour, omega);
}
