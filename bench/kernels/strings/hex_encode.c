// Hexadecimal text of a byte string in rows of sixteen bytes, with a space between bytes and a line end after
// each row.

static char hex_digit(unsigned v) { return (char)(v < 10 ? '0' + v : 'a' + (v - 10)); }

void hex_encode(long rows, const unsigned char *in, char *out) {
  for (long r = 0; r < rows; r++) {
    for (int i = 0; i < 16; i++) {
      unsigned byte = in[16 * r + i];
      out[48 * r + 3 * i] = hex_digit(byte >> 4);
      out[48 * r + 3 * i + 1] = hex_digit(byte & 15);
      out[48 * r + 3 * i + 2] = i == 15 ? '\n' : ' ';
    }
  }
}
