"""The generator: a Transformer from English to the formal notation, and from the notation to C and C++."""
