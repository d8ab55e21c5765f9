// Most likely state path of a hidden Markov model in log space: scores, back pointers, then the path.

void viterbi(int states, int symbols, int steps, const int *observed, const double trans[states][states],
             const double emit[states][symbols], double score[steps][states], int back[steps][states],
             int *path) {
  for (int s = 0; s < states; s++) {
    score[0][s] = emit[s][observed[0]];
    back[0][s] = 0;
  }
  for (int t = 1; t < steps; t++) {
    for (int s = 0; s < states; s++) {
      double best = score[t - 1][0] + trans[0][s];
      int from = 0;
      for (int p = 1; p < states; p++) {
        double v = score[t - 1][p] + trans[p][s];
        if (v > best) {
          best = v;
          from = p;
        }
      }
      score[t][s] = best + emit[s][observed[t]];
      back[t][s] = from;
    }
  }
  int last = 0;
  for (int s = 1; s < states; s++)
    if (score[steps - 1][s] > score[steps - 1][last])
      last = s;
  for (int t = steps - 1; t >= 0; t--) {
    path[t] = last;
    last = back[t][last];
  }
}
