"""The images: which data sets there are, fetching and reading them, and each replicate's cached tensors."""
