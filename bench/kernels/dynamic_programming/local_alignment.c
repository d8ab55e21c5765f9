// Local alignment of a query against many short subjects: best score of each, 16-bit cells and one row of
// state.
#include <stddef.h>
#include <stdint.h>

#define QUERY 64

void local_alignment(size_t subjects, size_t length, const int8_t *query, const int8_t *text, int16_t *best) {
  int16_t row[QUERY + 1];
  for (size_t s = 0; s < subjects; s++) {
    const int8_t *subject = text + s * length;
    int16_t top = 0;
    for (int j = 0; j <= QUERY; j++)
      row[j] = 0;
    for (size_t i = 0; i < length; i++) {
      int16_t diagonal = 0;
      for (int j = 1; j <= QUERY; j++) {
        int score = diagonal + (subject[i] == query[j - 1] ? 3 : -2);
        diagonal = row[j];
        if (row[j] - 4 > score)
          score = row[j] - 4;
        if (row[j - 1] - 4 > score)
          score = row[j - 1] - 4;
        if (score < 0)
          score = 0;
        row[j] = (int16_t)score;
        if (row[j] > top)
          top = row[j];
      }
    }
    best[s] = top;
  }
}
