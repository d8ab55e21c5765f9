"""`passwright serve`: a daemon that keeps the native core and the model warm for compilers (docs/service.md)."""
