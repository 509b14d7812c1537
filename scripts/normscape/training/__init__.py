"""Training: batches, the update, evaluation, checkpoints."""
