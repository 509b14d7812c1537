import os
import stat
import tracemalloc

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from normscape.data import tensors
from normscape.errors import InputError
from safetensors.torch import save_file


def test_a_file_gives_its_tensors_and_facts_back_and_the_same_bytes_each_time(tmp_path):
    content = {"b": torch.arange(6).reshape(2, 3).T, "a": torch.ones(2), "flag": torch.tensor([True])}
    digests = [tensors.save(tmp_path / name, content, {"classes": "10"}) for name in ("first", "second")]
    assert (tmp_path / "first").read_bytes() == (tmp_path / "second").read_bytes()
    found, facts = tensors.load(tmp_path / "first")
    assert all(torch.equal(found[name], value) for name, value in content.items())
    assert facts == {"classes": "10", "sha256": digests[0]} == {"classes": "10", "sha256": digests[1]}


def test_any_flipped_byte_and_any_cut_is_noticed(tmp_path):
    path = tmp_path / "file.safetensors"
    tensors.save(path, {"a": torch.arange(4.0)}, {"classes": "10"})
    whole = path.read_bytes()
    for place in range(len(whole)):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        path.write_bytes(damaged)
        with pytest.raises(InputError) as error:
            tensors.load(path)
        message = str(error.value)
        assert message.startswith(f"{path}: ") and "delete the file" in message and "\n" not in message
    for size in range(0, len(whole), 7):
        path.write_bytes(whole[:size])
        with pytest.raises(InputError, match="delete the file"):
            tensors.load(path)


def test_a_file_of_another_rule_is_refused(tmp_path):
    tensors.save(tmp_path / "x", {"a": torch.ones(1)}, {})
    with pytest.raises(InputError, match="is not a file of the prepare rule"):
        tensors.load_data(tmp_path / "x")


def test_a_file_is_readable_as_the_umask_says(tmp_path):
    before = os.umask(0o022)
    try:
        tensors.save(tmp_path / "x", {"a": torch.ones(1)}, {})
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o644


def with_header(header):
    return len(header).to_bytes(8, "little") + header


HUGE = b'{"a":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]},"__metadata__":{"facts":"{}"}}' % (2**40, 2**42)


@given(
    content=st.binary(max_size=300) | st.binary(max_size=300).map(with_header) | st.just(with_header(HUGE)),
    length=st.none() | st.integers(0, 2**64 - 1),
)
def test_no_other_file_passes_for_one_of_ours_nor_takes_memory(tmp_path_factory, content, length):
    path = tmp_path_factory.mktemp("tensors") / "x"
    path.write_bytes(content if length is None else length.to_bytes(8, "little") + content)
    tracemalloc.start()
    with pytest.raises(InputError):
        tensors.load(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2**20


@given(place=st.integers(0, 2**16), change=st.integers(1, 255), cut=st.integers(0, 20))
def test_a_damaged_file_is_refused_whatever_the_damage(tmp_path_factory, place, change, cut):
    path = tmp_path_factory.mktemp("tensors") / "x"
    content = {"a": torch.arange(6.0).bfloat16(), "b": torch.tensor(3), "c": torch.tensor([True])}
    tensors.save(path, content, {"classes": "10"})
    damaged = bytearray(path.read_bytes())
    damaged[place % len(damaged)] ^= change
    path.write_bytes(damaged[: len(damaged) - cut])
    with pytest.raises(InputError):
        tensors.load(path)


@pytest.mark.parametrize("facts", ["[]", "3", "null", "{}", '{"sha256": 1}', "[" * 10**6, "{"])
def test_facts_of_another_kind_are_refused(tmp_path, facts):
    save_file({"a": torch.ones(1)}, tmp_path / "x", {"facts": facts})
    with pytest.raises(InputError, match="delete the file"):
        tensors.load(tmp_path / "x")
