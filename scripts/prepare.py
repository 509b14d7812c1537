"""Subsample the training images of one replicate, normalise both sets, and cache them as tensors."""

import argparse
from pathlib import Path

from normscape import datasets, jobs, tensors


def main(arguments):
    dataset = datasets.DATASETS[arguments.dataset]
    raw = datasets.read(dataset, arguments.raw)
    size = round(arguments.fraction * len(raw.train_images))
    indices = tensors.subsample(len(raw.train_images), size, arguments.seed)
    chosen = raw.train_images[indices]
    mean, std, constant = tensors.pixel_statistics(chosen)
    print(f"{size} of {len(raw.train_images)} training images, {int(constant.sum())} constant pixels", flush=True)
    digest = tensors.save(
        arguments.tensors,
        {
            "train_images": tensors.normalise(chosen, mean, std, constant),
            "train_labels": raw.train_labels[indices],
            "test_images": tensors.normalise(raw.test_images, mean, std, constant),
            "test_labels": raw.test_labels,
            "indices": indices,
            "mean": mean,
            "std": std,
            "constant": constant,
        },
        facts={"classes": str(len(dataset.classes)), "dataset": dataset.name},
    )
    return {"data_sha256": digest}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dataset", required=True, choices=datasets.DATASETS)
    parser.add_argument("--fraction", required=True, type=float, help="of the training images, above 0 and at most 1")
    parser.add_argument("--raw", required=True, type=Path, help="folder that the download rule filled")
    parser.add_argument("--seed", required=True, type=int)
    parser.add_argument("--tensors", required=True, type=Path, help="the file to write")
    parser.add_argument("--provenance", required=True, type=Path, help="the file to write")
    jobs.run("prepare", main, parser.parse_args())
