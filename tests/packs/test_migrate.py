"""A pack of an older format is rewritten, and only where the format differs; a newer one is refused."""

import pytest
from test_mistakes import CATALOGUE, GOOD

from expert.packs import PackError, load
from expert.packs.migrate import migrated

OLD = """\
# what we know
pack: old
params:
  jump: 8.5     # a jump
  known: {default: 3, help: known}
symptoms: {loss-jumped: {title: The loss jumped}}
rules:
  jumped:
    when: {loss_jump: ">= {jump}"}
    then: loss-jumped
    cf: 0.9       # sure enough
    because: It jumped, cf {known}.
  flow: {when: {loss_jump: 1}, cf: 0.5, then: loss-jumped, because: So.}
"""


@pytest.mark.parametrize("head", ["", "format: 0\n"])
def test_a_pack_of_the_drafts_is_rewritten_and_reads(tmp_path, head):
    new, version = migrated(head + OLD, "old.yaml")
    assert version == 0
    assert new == OLD.replace(
        "# what we know\n", "format: 1\n# what we know\n" if head else "# what we know\nformat: 1\n"
    ).replace("8.5 ", "{default: 8.5, help: jump} ").replace("cf:", "certainty:")
    (tmp_path / "old.yaml").write_text(new)
    assert load([tmp_path / "old.yaml"], CATALOGUE).rules["jumped"].certainty == 0.9
    assert migrated(new, "old.yaml") == (new, 1)


def test_an_older_pack_is_refused_with_what_mends_it_and_a_newer_one_too(tmp_path):
    (tmp_path / "old.yaml").write_text(OLD)
    with pytest.raises(
        PackError, match="a pack begins with 'format: 1'; 'expert rules migrate' rewrites one of an older"
    ):
        load([tmp_path / "old.yaml"], CATALOGUE)
    (tmp_path / "old.yaml").write_text(GOOD.replace("format: 1", "format: 7"))
    with pytest.raises(
        PackError, match=r"old.yaml:1:9: E105 this pack is written in format 7, and this version of expert"
    ):
        load([tmp_path / "old.yaml"], CATALOGUE)
    with pytest.raises(PackError, match="format 7 is newer than 1"):
        migrated(GOOD.replace("format: 1", "format: 7"), "good.yaml")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("params: {jump: much}", "here a number is expected"),
        ("format: new", "a format is a whole number"),
        ("a: ]", "not YAML"),
    ],
)
def test_what_no_migration_understands_is_named(wrong, said):
    with pytest.raises(PackError, match=rf"old.yaml:1:.*{said}"):
        migrated(f"{wrong}\n", "old.yaml")
