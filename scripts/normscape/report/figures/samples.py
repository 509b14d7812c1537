"""The figure of a few training images."""

import matplotlib.pyplot as plt
import numpy as np

from . import style


@style.ours()
def draw(images, names):
    """Return a figure of `images`, uint8 (n, channels, height, width), in a row, each under its name.

    One channel is drawn in greys, three as red, green and blue.
    """
    figure, axes = plt.subplots(1, len(images), figsize=(2 * len(images), 2.4), layout="constrained", squeeze=False)
    for axis, image, name in zip(axes[0], images, names, strict=True):
        axis.imshow(np.moveaxis(image, 0, -1), cmap="gray", vmin=0, vmax=255)
        axis.set_title(name, fontweight="normal", loc="center")
        axis.set_axis_off()
    return figure
