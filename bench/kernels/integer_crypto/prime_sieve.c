// Primes below n by crossing out multiples, one byte per number; returns how many and lists them.

int prime_sieve(int n, unsigned char *composite, int *prime) {
  for (int i = 0; i < n; i++)
    composite[i] = i < 2;
  for (long p = 2; p * p < n; p++) {
    if (composite[p])
      continue;
    for (long m = p * p; m < n; m += p)
      composite[m] = 1;
  }
  int found = 0;
  for (int i = 0; i < n; i++)
    if (!composite[i])
      prime[found++] = i;
  return found;
}
