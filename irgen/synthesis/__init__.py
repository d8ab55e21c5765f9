"""Programs of the formal notation drawn, said in English, and written as C and C++: what the generator learns from."""
