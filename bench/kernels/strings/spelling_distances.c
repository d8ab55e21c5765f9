// Edit distance of one word to every entry of a dictionary of padded words, with one row of state per entry.
#include <stdint.h>

#define WORD 16

void spelling_distances(int entries, const char word[WORD], const char (*dictionary)[WORD],
                        uint8_t *distance) {
  for (int e = 0; e < entries; e++) {
    int row[WORD + 1];
    for (int j = 0; j <= WORD; j++)
      row[j] = j;
    for (int i = 1; i <= WORD; i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= WORD; j++) {
        int change = diagonal + (word[i - 1] != dictionary[e][j - 1]);
        int drop = row[j] + 1, add = row[j - 1] + 1;
        diagonal = row[j];
        row[j] = change < drop ? change : drop;
        if (add < row[j])
          row[j] = add;
      }
    }
    distance[e] = (uint8_t)row[WORD];
  }
}
