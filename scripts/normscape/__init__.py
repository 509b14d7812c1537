"""normscape: does batch normalisation smooth the loss landscape?

The science as a library. It knows nothing of Snakemake. A module imports only from those above it in this list, and
a package's modules from one another without circles; which of them a program reaches decides what an edit reruns.

    errors        the one-line error for input that is wrong
    atomic        files that are whole or not there
    provenance    what made a file, and whether it is still that file
    recipes       what each job is made with, by the config
    tables        a CSV with declared columns, checked for its writer and its reader alike
    streams       named random streams, one generator each
    losses        the cross-entropy, with all its digits
    code          which code a program runs, as a digest
    git           which commit the code is
    cli           a function's signature as a command line
    jobs          what every job does around its work: threads, device, provenance, one-line errors
    data          the images: data sets, fetching and reading them, cached tensors
    models        the networks: what an entry in the config must say, building it, its layers
    training      batches, the update, evaluation, checkpoints
    measurement   the exact full-batch gradient, the estimators of smoothness, the probes
    analysis      one table of all metrics, claims with verdicts, curves, two experiments compared
    planning      what a run will cost here, and why each job runs
    report        words and pictures of numbers that are computed elsewhere
    config        what config.yaml must say, and what it means
"""
