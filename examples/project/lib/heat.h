/* Heat in a square plate, and how two plates mix. */
#ifndef HEAT_H
#define HEAT_H
#ifdef __cplusplus
extern "C" {
#endif
/* One step on an n x n plate: every inner cell moves towards the mean of its neighbours; the rim stays. */
void heat_step(int n, double rate, const double *from, double *to);
/* out = left * right, all n x n, by rows. */
void mix(int n, const double *left, const double *right, double *out);
#ifdef __cplusplus
}
#endif
#endif
