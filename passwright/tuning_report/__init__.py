"""What a tuning run found, as one HTML page that needs nothing else."""
