// Counts the letters, digits, blanks and other characters of a text.

void count_classes(int n, const char *text, int *counts) {
  counts[0] = counts[1] = counts[2] = counts[3] = 0;
  for (int i = 0; i < n; i++) {
    char c = text[i];
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
      counts[0]++;
    else if (c >= '0' && c <= '9')
      counts[1]++;
    else if (c == ' ' || c == '\t' || c == '\n')
      counts[2]++;
    else
      counts[3]++;
  }
}
