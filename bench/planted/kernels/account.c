int calls = 0;
double total = 0;
static int failures;
double last[4];
int account(int n, const double *amount) {
  calls++;
  for (int i = 0; i < n; i++) {
    if (amount[i] < -0.999)
      failures++;
    total += amount[i];
    last[i & 3] = amount[i];
  }
  return failures;
}
