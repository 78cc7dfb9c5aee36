"""A result file that was merged on purpose can be sealed again, and is the same but for its checksum."""

from pathlib import Path

from incentive_env.support.sealed import read_sealed, write_sealed


def test_a_merged_file_is_read_again_once_it_is_sealed(run):
    rows = [{"loyalty": 1.0}, {"loyalty": 2.0}]
    for name, content in (("mapping.json", {"loyalty": 1.0}), ("rows.json", rows)):
        write_sealed(Path(name), content)
        Path(name).write_text(Path(name).read_text().replace("1.0", "3.5"))
    result = run("seal", "mapping.json", "rows.json")
    assert result.exit_code == 0, result.output
    assert read_sealed(Path("mapping.json")) == {"loyalty": 3.5}
    assert read_sealed(Path("rows.json")) == [{"loyalty": 3.5}, {"loyalty": 2.0}]


def test_one_bad_file_leaves_the_others_as_they_were(refused):
    Path("good.json").write_text('{"loyalty": 1.0}')
    for text, message in (("[1]", "a mapping, or a list of mappings"), ('{"loyalty": NaN}', "loyalty = nan")):
        Path("bad.json").write_text(text)
        assert message in refused("seal", "good.json", "bad.json")
        assert Path("good.json").read_text() == '{"loyalty": 1.0}'
