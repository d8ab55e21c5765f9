void padded(int n, int room, const short *in, short *out) {
  for (int i = 0; i < room; i++)
    out[i] = i < n ? in[i] : 0;
}
