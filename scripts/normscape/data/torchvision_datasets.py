"""The module torchvision.datasets, also where torchvision's compiled extension can't load."""

_operators = []  # the schemas declared below live as long as the object that declared them


def load():
    """Return the module torchvision.datasets.

    torch and torchvision must be a pair. Package indexes may hand out a CPU-only torch beside a torchvision built for
    CUDA; its compiled extension then can't load, and its import fails for want of two operators that the data sets
    don't need. After that failure, and only then, the operators are declared without a body and the import repeated.
    """
    try:
        import torchvision.datasets
    except RuntimeError as error:
        if "operator torchvision::nms does not exist" not in str(error):
            raise
        from torch import library

        operators = library.Library("torchvision", "FRAGMENT")
        for name in "nms", "qnms":
            operators.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _operators.append(operators)
        import torchvision.datasets
    return torchvision.datasets
