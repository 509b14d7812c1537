"""What the measurements of paired replicates say: metrics in one table, claims with verdicts, curves, comparisons."""
