"""The config: reading again what the command line set, checking it, and what the rules take from it.

Without Snakemake, and without torch, numpy or pandas: every job on a cluster reads the rules again.
"""
