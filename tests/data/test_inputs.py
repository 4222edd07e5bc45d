"""Every kind of data set is read, and what cannot be used is named with what would mend it."""

import gzip
import textwrap

import numpy as np
import polars as pl
import pytest
from PIL import Image

from expert.data import DataError, load, together

ROWS = [(1.5, "a", 0), (2.5, "b", 1), (3.5, "a", 0)]


@pytest.fixture
def table():
    return pl.DataFrame(ROWS, schema=["x", "w", "label"], orient="row")


def test_a_table_in_text_is_read_whatever_its_separator(tmp_path, table):
    for separator in ",;\t|":
        table.write_csv(tmp_path / "a.csv", separator=separator)
        split = load(str(tmp_path / "a.csv"))
        assert (split.size, split.numbers, split.words, split.class_counts) == (3, ("x",), ("w",), {"0": 2, "1": 1})


def test_none_is_a_class_like_others(tmp_path):
    (tmp_path / "a.csv").write_text("x,target\n" + "1,none\n2,mild\nNone,none\n" * 5)
    split = load(str(tmp_path / "a.csv"))
    assert split.class_counts == {"mild": 5, "none": 10}
    assert split.numbers == ("x",)
    assert split.frame["x"].null_count() == 5


def test_a_table_without_names_keeps_its_first_row(tmp_path):
    (tmp_path / "a.data").write_text("5.1,3.5,Iris-setosa\n6.2,2.9,Iris-virginica\n")
    assert load(str(tmp_path / "a.data")).size == 2


def test_labels_of_their_own_go_with_samples_that_have_none(tmp_path):
    np.save(tmp_path / "y.npy", np.arange(60) % 3)
    samples = [np.full(4, n, np.float32) for n in range(60)]
    assert load(samples, labels=str(tmp_path / "y.npy")).class_counts == {"0": 20, "1": 20, "2": 20}
    np.save(tmp_path / "y.npy", np.arange(59))
    with pytest.raises(DataError, match="59 labels for 60"):
        load(samples, labels=str(tmp_path / "y.npy"))


def test_a_compressed_table_and_one_of_numbers_without_names_are_read(tmp_path):
    with gzip.open(tmp_path / "a.csv.gz", "wt") as file:
        file.write("1,2\n3,4\n5,6\n")
    assert load(tmp_path / "a.csv.gz").frame.shape == (3, 2)


def test_parquet_is_read_as_the_same_table(tmp_path, table):
    table.write_parquet(tmp_path / "a.parquet")
    assert load(tmp_path / "a.parquet").frame.equals(load(table).frame)


def test_arrays_are_read_with_their_labels(tmp_path):
    np.savez(tmp_path / "a.npz", x_train=np.arange(12.0).reshape(6, 2), y_train=np.eye(2)[[0, 1, 0, 1, 0, 1]])
    np.save(tmp_path / "x.npy", np.arange(12.0).reshape(6, 2))
    np.save(tmp_path / "y.npy", np.array([0, 1, 0, 1, 0, 1]))
    assert load(tmp_path / "a.npz").class_counts == {"0": 3, "1": 3}
    assert load(tmp_path / "x.npy", labels=tmp_path / "y.npy").class_counts == {"0": 3, "1": 3}


def test_labels_are_read_from_lines_too(tmp_path, table):
    (tmp_path / "y.txt").write_text("cat\ndog\ncat\n")
    assert load(table.drop("label"), labels=tmp_path / "y.txt").class_counts == {"cat": 2, "dog": 1}


def pictures(folder, classes="ab", each=4):
    random = np.random.default_rng(0)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for n in range(each):
            Image.fromarray(random.integers(0, 255, (20, 24, 3), np.uint8)).save(folder / name / f"{n}.png")
    return folder


def test_a_folder_of_images_is_read_by_class(tmp_path):
    split = load(pictures(tmp_path / "train"))
    assert (split.size, split.class_counts, split.frame["width"][0]) == (8, {"a": 4, "b": 4}, 24)


def test_an_image_that_cannot_be_opened_is_named_and_stops_no_other(tmp_path):
    folder = pictures(tmp_path / "train")
    (folder / "a" / "0.png").write_bytes(b"no image at all")
    (folder / "b" / "1.png").write_bytes((folder / "b" / "2.png").read_bytes()[:200])
    split = load(folder)
    assert len(split.rows) == 6
    assert sorted(text.split(": ")[0][-7:] for text in split.damaged) == ["a/0.png", "b/1.png"]


def test_a_dataset_is_read_by_the_name_of_a_function(tmp_path):
    (tmp_path / "own.py").write_text(
        textwrap.dedent("""
        import numpy
        class Own:
            def __len__(self): return 30
            def __getitem__(self, n): return numpy.full((3, 16, 16), n / 30), n % 3
        def train(): return Own()
        def number(): return 3
        """)
    )
    split = load(f"{tmp_path}/own.py:train")
    assert (split.size, split.is_images, split.class_counts) == (30, True, {"0": 10, "1": 10, "2": 10})
    with pytest.raises(DataError, match="no samples"):
        load(f"{tmp_path}/own.py:number")
    with pytest.raises(DataError, match="did you mean 'train'"):
        load(f"{tmp_path}/own.py:trian")


def test_a_torch_dataset_is_read():
    import torch

    data = torch.utils.data.TensorDataset(torch.rand(40, 5), torch.arange(40) % 2)
    assert load(data).frame.shape == (40, 5)


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "empty"), ("a,b\n", "no rows"), ("target\n1\n2\n", "no column but the target"), ("\n\n", "empty")],
)
def test_a_table_that_holds_nothing_says_so(tmp_path, content, said):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(DataError, match=said):
        load(tmp_path / "a.csv")


def test_words_among_numbers_are_counted_and_named(tmp_path):
    (tmp_path / "a.csv").write_text("x,y\n" + "\n".join(f"{n},1" for n in range(40)) + "\noops,1\n")
    split = load(tmp_path / "a.csv")
    assert split.numbers == ("x",)
    assert any("x has 1 word" in note for note in split.notes)


def test_what_cannot_be_read_says_why(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK nonsense")
    (tmp_path / "a.parquet").write_bytes(b"nonsense")
    (tmp_path / "a.xyz").write_text("?")
    (tmp_path / "empty").mkdir()
    for name, said in (
        ("a.npz", "arrays"),
        ("a.parquet", "Parquet"),
        ("a.xyz", "kind of file"),
        ("empty", "no images"),
    ):
        with pytest.raises(DataError, match=said):
            load(tmp_path / name)
    with pytest.raises(DataError, match="no such file"):
        load(tmp_path / "nowhere.csv")


def test_what_is_pickled_is_not_run(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(DataError, match="cannot be read"):
        load(tmp_path / "a.npy")


def test_a_target_that_is_not_there_offers_the_nearest(table):
    with pytest.raises(DataError, match="did you mean 'label'"):
        load(table, target="labl")


def test_splits_that_have_nothing_in_common_are_refused(tmp_path, table):
    with pytest.raises(DataError, match="none of the columns"):
        together(load(table), load(pl.DataFrame({"other": [1.0, 2.0]}), "val"))
    with pytest.raises(DataError, match="a table"):
        together(load(table), load(pictures(tmp_path / "val"), "val"))


def test_a_large_table_is_sampled_and_says_so():
    split = load(pl.DataFrame({"x": np.arange(50_000) % 1000 / 7}))
    assert split.size == 50_000
    assert len(split.frame) == 20_000
    assert any("drawn at random" in note for note in split.notes)


def test_columns_that_name_the_rows_are_left_out():
    frame = pl.DataFrame({"id": range(100), "name": [f"img_{n}.png" for n in range(100)], "x": np.arange(100) % 7 / 3})
    split = load(frame)
    assert split.ids == ("id", "name")
    assert together(split).columns == ("x",)


def test_labels_of_several_values_are_left_out_and_that_is_said(tmp_path):
    x, marks = np.random.default_rng(0).random((80, 3)), np.random.default_rng(1).integers(0, 2, (80, 5))
    np.savez(tmp_path / "train.npz", x=x, y=marks)
    for source in (tmp_path / "train.npz", (x, marks), list(zip(x, marks, strict=True))):
        split = load(source)
        assert (split.labels, len(split.frame)) == (None, 80)
        assert any("each label is several values" in note for note in split.notes)


def test_words_that_python_holds_are_labels():
    words = np.array(["cat", "dog"] * 40, dtype=object)
    assert load((np.ones((80, 3)), words)).class_counts == {"cat": 40, "dog": 40}


def test_soft_labels_and_marks_that_begin_late_are_no_classes():
    late = np.concatenate([np.eye(3)[np.zeros(1500, int)], np.ones((500, 3))])
    soft = [(np.ones(4), np.array([0.25, 0.75]))] * 60
    for source in ((np.ones((2000, 4)), late), soft):
        assert load(source).labels is None


def test_one_hot_labels_are_classes():
    classes = np.arange(80) % 4
    for source in (
        (np.ones((80, 3)), np.eye(4)[classes]),
        list(zip(np.ones((80, 3)), np.eye(4)[classes], strict=True)),
    ):
        assert [float(label) for label in load(source).labels] == classes.tolist()


class Broken:
    """Samples of which some raise."""

    def __init__(self, size, raises, of=lambda n: np.full(4, n, np.float32)):
        self.size, self.raises, self.of = size, raises, of

    def __len__(self):
        return self.size

    def __getitem__(self, n):
        if n in self.raises:
            raise OSError("no such file")
        return self.of(n), n % 3


def test_a_sample_that_cannot_be_read_costs_no_other():
    split = load(Broken(60, {0, 17}))
    assert (len(split.frame), split.labels[0], split.rows[0]) == (58, "1", 1)
    assert any("2 of 60 samples cannot be read" in note and "sample 0" in note for note in split.notes)
    with pytest.raises(DataError, match="sample 0 cannot be read"):
        load(Broken(30, range(30)))


def test_twins_of_a_dataset_are_found_where_they_stand():
    split = load(Broken(40, {3}, lambda n: np.full(4, n % 20, np.float32)))
    keys, places = split.keys(split.frame.columns)
    assert {tuple(places[keys == key] % 20) for key in keys} == {(n, n) for n in range(20) if n != 3} | {(3,)}


def test_an_image_of_a_dataset_that_cannot_be_read_is_damaged():
    split = load(Broken(40, {3}, lambda n: np.full((16, 16), n, np.uint8)))
    assert (len(split.rows), len(split.damaged), split.labels[3]) == (39, 1, "1")


def test_a_sample_by_names_that_are_not_known_lists_them():
    with pytest.raises(DataError, match="a sample has pixels, klass"):
        load([{"pixels": np.zeros(3), "klass": 0}] * 30)


def test_images_of_sixteen_bits_keep_their_light(tmp_path):
    values = np.random.default_rng(0).integers(10_000, 50_000, (20, 24)).astype(np.uint16)
    for name in ("a.png", "b.tif"):
        Image.fromarray(values).save(tmp_path / name)
    split = load(tmp_path)
    assert split.frame["brightness"].to_list() == pytest.approx([values.mean() / 65535] * 2, abs=0.01)


@pytest.mark.parametrize("mode", ["RGBA", "P", "L", "1", "LA", "CMYK"])
def test_images_of_any_mode_are_those_of_their_colors(tmp_path, mode):
    image = Image.new("RGB", (20, 24), (255, 255, 255) if mode == "1" else (200, 200, 200)).convert(mode)
    image.save(tmp_path / f"a.{'tif' if mode == 'CMYK' else 'png'}")
    expected = image.convert("L").getpixel((0, 0)) / 255
    assert load(tmp_path).frame["brightness"][0] == pytest.approx(expected, abs=0.02)


def test_the_classes_are_the_first_folders_that_differ(tmp_path):
    assert load(pictures(tmp_path / "set" / "train").parent.parent).class_counts == {"a": 4, "b": 4}


def test_numbers_are_read_as_people_write_them(tmp_path):
    (tmp_path / "a.csv").write_text("x;z\n" + "0,25;1,234\n-1,5;12\n3;1,000,000.5\n" * 5)
    split = load(tmp_path / "a.csv")
    assert split.frame.head(3).rows() == [(0.25, 1234.0), (-1.5, 12.0), (3.0, 1000000.5)]


def test_columns_may_be_parted_by_blanks(tmp_path):
    (tmp_path / "a.txt").write_text("x y label\n" + "1 2 0\n3 4 1\n" * 5)
    assert load(tmp_path / "a.txt").frame.columns == ["x", "y"]


def test_dates_are_left_out_in_text_as_in_parquet(tmp_path):
    text = "day,x\n" + "".join(f"2024-{n % 12 + 1:02}-{n % 28 + 1:02},{n}.5\n" for n in range(40))
    (tmp_path / "a.csv").write_text(text)
    pl.read_csv(tmp_path / "a.csv", try_parse_dates=True).write_parquet(tmp_path / "a.parquet")
    for name in ("a.csv", "a.parquet"):
        split = load(tmp_path / name)
        assert split.frame.columns == ["x"]
        assert any("day (" in note for note in split.notes)


def test_text_in_other_bytes_is_read_or_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes("größe,label\n1,0\n2,1\n".encode("latin-1"))
    (tmp_path / "b.csv").write_bytes("x,label\n1,0\n".encode("utf-16"))
    assert load(tmp_path / "a.csv").size == 2
    with pytest.raises(DataError, match="UTF-16"):
        load(tmp_path / "b.csv")
