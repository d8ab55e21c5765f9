int words(const char *s, int n, int *longest) {
  int count = 0, length = 0, best = 0;
  for (int i = 0; i < n && s[i]; i++) {
    char c = s[i];
    if (c == ' ' || c == '\t' || c == ';') {
      if (length)
        count++;
      length = 0;
    } else {
      length++;
    }
    if (length > best)
      best = length;
  }
  if (length)
    count++;
  *longest = best;
  return count;
}
