/* C += A B on fixed-size float matrices, column by column as for column-major storage. */
#define SIDE 160

float left[SIDE][SIDE];
float right[SIDE][SIDE];
float product[SIDE][SIDE];

void matmul_by_columns(void) {
  for (int j = 0; j < SIDE; j++) {
    for (int k = 0; k < SIDE; k++) {
      for (int i = 0; i < SIDE; i++) {
        product[i][j] += left[i][k] * right[k][j];
      }
    }
  }
}
