from pathlib import Path

import torch
from normscape import jobs
from normscape.data import datasets
from normscape.data import raw as raw_files
from normscape.report.figures import samples, style
from normscape.streams import generator

COUNT = 5


def main(*, dataset: str, raw: Path, picture: Path):
    """Draw five training images with the names of their classes.

    dataset: its name
    raw: folder that the download rule filled
    picture: the PNG to write
    """
    dataset = datasets.named(dataset)
    images = raw_files.read(dataset, raw)
    # The same five in every experiment: a look at the data set, not at one replicate.
    chosen = torch.randperm(len(images.train_images), generator=generator(0, "samples"))[:COUNT]
    names = [dataset.classes[label] for label in images.train_labels[chosen]]
    print("images " + ", ".join(f"{index} ({name})" for index, name in zip(chosen.tolist(), names, strict=True)))
    style.save(samples.draw(images.train_images[chosen].numpy(), names), picture, dpi=200)


if __name__ == "__main__":
    jobs.run(main)
