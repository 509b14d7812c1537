"""The config: reading its layers strictly, checking the sum of them, and what the rules take from that.

Without Snakemake, and without torch, numpy or pandas: every job on a cluster reads the rules again.
"""
