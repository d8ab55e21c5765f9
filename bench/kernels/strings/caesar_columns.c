// Enciphers a text letter by letter with a repeating key, and counts the letters of the result.

void caesar_columns(int n, int period, const int *key, const char *restrict plain, char *restrict cipher,
                    int *restrict letters) {
  for (int i = 0; i < 26; i++)
    letters[i] = 0;
  for (int i = 0; i < n; i++) {
    if (plain[i] >= 'a' && plain[i] <= 'z') {
      int shifted = (plain[i] - 'a' + key[i % period]) % 26;
      cipher[i] = (char)('a' + shifted);
      letters[shifted]++;
    } else {
      cipher[i] = plain[i];
    }
  }
}
