"""normscape: does batch normalisation smooth the loss landscape?

The science as a library. It knows nothing of Snakemake, of command lines or of where results live. A room imports
only from rooms above it, so that an edit reruns only what it can change:

    files         files that are whole or not there, and the one-line error for input that is wrong
    tables        a CSV with declared columns, checked for its writer and its reader alike
    streams       named random streams, one generator each
    datasets      where the raw files come from, their checksums, reading them
    tensors       the subsample, its normalisation, and cached tensor files
    architectures what a model's entry in the config must say, checked without torch
    networks      building a network from its entry in the config
    sgd           batches, the update, evaluation, checkpoints
    population    the exact loss and gradient over all images, in each mode of BatchNorm
    smoothness    directions and estimators, given a gradient function
    metrics       the one long table of all that was measured
    statistics    paired intervals and tests
    claims        what the notebook asserts, as estimands with verdicts
    reproduction  the notebook's printed numbers among the replicates
    figures       pictures
    commentary    sentences
    difference    two experiments held against each other
    jobs          what every job's program does around its work: threads, device, provenance, one-line errors
"""
