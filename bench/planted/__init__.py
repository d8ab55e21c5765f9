"""Known defects, and whether verification finds them: `python -m passwright.bench.planted`."""
