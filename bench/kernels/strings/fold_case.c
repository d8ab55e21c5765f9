// Capitalises the first letter of each word of a text in place and puts the others in lower case.

void fold_case(long n, char *text) {
  int start = 1;
  for (long i = 0; i < n; i++) {
    char c = text[i];
    if (c >= 'A' && c <= 'Z') {
      text[i] = (char)(start ? c : c + 32);
      start = 0;
    } else if (c >= 'a' && c <= 'z') {
      text[i] = (char)(start ? c - 32 : c);
      start = 0;
    } else {
      start = 1;
    }
  }
}
