"""Draw five training images with the names of their classes."""

import argparse
from pathlib import Path

import torch
from normscape import datasets, figures, jobs
from normscape.streams import generator

COUNT = 5


def main(arguments):
    dataset = datasets.DATASETS[arguments.dataset]
    raw = datasets.read(dataset, arguments.raw)
    # The same five in every experiment: a look at the data set, not at one replicate.
    chosen = torch.randperm(len(raw.train_images), generator=generator(0, "samples"))[:COUNT]
    names = [dataset.classes[label] for label in raw.train_labels[chosen]]
    print("images " + ", ".join(f"{index} ({name})" for index, name in zip(chosen.tolist(), names, strict=True)))
    figures.save(figures.samples(raw.train_images[chosen].numpy(), names), arguments.picture, dpi=200)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, choices=datasets.DATASETS)
    parser.add_argument("--raw", required=True, type=Path, help="folder that the download rule filled")
    parser.add_argument("--picture", required=True, type=Path, help="the PNG to write")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("samples", main, parser.parse_args())
