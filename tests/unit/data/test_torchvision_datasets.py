from small_data import fill


def test_torchvision_is_read_where_its_extension_can_not_load(tmp_path, interpret):
    fill(tmp_path / "FashionMNIST" / "raw")
    code = """if True:
        import torch

        def refuse(path):
            raise OSError("made for another torch")

        torch.ops.load_library = refuse
        from normscape.data.raw import read
        from small_data import FASHION_MNIST
        try:
            import torchvision
        except RuntimeError as error:
            print(error)
        print(*read(FASHION_MNIST, {folder!r}).test_images.shape)
        print(*read(FASHION_MNIST, {folder!r}).test_images.shape)
    """
    out = interpret(code.format(folder=str(tmp_path)))
    assert out.splitlines() == ["operator torchvision::nms does not exist", "20 1 28 28", "20 1 28 28"]


def test_another_failure_of_torchvision_is_not_covered_up(tmp_path, interpret):
    (tmp_path / "torchvision").mkdir()
    (tmp_path / "torchvision" / "__init__.py").write_text("raise RuntimeError('something else')")
    code = """if True:
        from normscape.data import torchvision_datasets
        import sys
        try:
            torchvision_datasets.load()
        except RuntimeError as error:
            print(error, "torch" in sys.modules)
    """
    assert interpret(code, tmp_path) == "something else False\n"
