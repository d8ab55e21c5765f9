long find(long n, const unsigned char *hay, unsigned char needle) {
  for (long i = 0; i < n; i++)
    if (hay[i] == needle)
      return i;
  return -1;
}
