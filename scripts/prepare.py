from pathlib import Path

from normscape import jobs
from normscape.data import datasets
from normscape.data import raw as raw_files
from normscape.data import tensors as tensor_file
from normscape.data.subsample import normalise, pixel_statistics, subsample


def main(*, dataset: str, fraction: float, seed: int, raw: Path, tensors: Path):
    """Subsample the training images of one replicate, normalise both sets, and cache them as tensors.

    dataset: its name
    fraction: of the training images, above 0 and at most 1
    seed: the replicate
    raw: folder that the download rule filled
    tensors: the file to write
    """
    dataset = datasets.named(dataset)
    images = raw_files.read(dataset, raw)
    size = dataset.drawn(fraction)
    indices = subsample(len(images.train_images), size, seed)
    chosen = images.train_images[indices]
    mean, std, constant = pixel_statistics(chosen)
    print(f"{size} of {len(images.train_images)} training images, {int(constant.sum())} constant pixels", flush=True)
    digest = tensor_file.save(
        tensors,
        {
            "train_images": normalise(chosen, mean, std, constant),
            "train_labels": images.train_labels[indices],
            "test_images": normalise(images.test_images, mean, std, constant),
            "test_labels": images.test_labels,
            "indices": indices,
            "mean": mean,
            "std": std,
            "constant": constant,
        },
        facts={"classes": str(len(dataset.classes)), "dataset": dataset.name},
    )
    return {"data_sha256": digest}


if __name__ == "__main__":
    jobs.run(main)
