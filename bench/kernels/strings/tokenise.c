// Splits a text at blanks and commas into (start, length) pairs of its words; returns the number of words.

struct span {
  int start, length;
};

int tokenise(int n, const char *text, struct span *word) {
  int words = 0, inside = 0;
  for (int i = 0; i < n; i++) {
    switch (text[i]) {
    case ' ':
    case ',':
    case '\t':
    case '\n':
      inside = 0;
      break;
    default:
      if (!inside) {
        word[words].start = i;
        word[words].length = 0;
        words++;
        inside = 1;
      }
      word[words - 1].length++;
    }
  }
  return words;
}
