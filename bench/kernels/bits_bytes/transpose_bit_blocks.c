// Transposes 8 x 8 bit matrices, one bit at a time; a matrix is eight bytes.

void transpose_bit_blocks(long blocks, const unsigned char (*in)[8], unsigned char (*out)[8]) {
  for (long m = 0; m < blocks; m++) {
    for (int r = 0; r < 8; r++) {
      unsigned char row = 0;
      for (int c = 0; c < 8; c++)
        row |= (unsigned char)(((in[m][c] >> r) & 1) << c);
      out[m][r] = row;
    }
  }
}
