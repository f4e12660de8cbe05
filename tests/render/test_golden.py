"""Every sample thread in every format, to the byte. `python -m tests.render.update` writes the files anew."""

import pytest

from tests.render.samples import GOLDEN, SCHEMA, golden, schema_text

FILES = golden()


@pytest.mark.parametrize("name", FILES)
def test_a_sample_is_rendered_as_its_golden_file_says(name):
    assert FILES[name]() == (GOLDEN / name).read_text(encoding="utf-8")


def test_there_is_no_golden_file_without_a_sample():
    assert {path.name for path in GOLDEN.iterdir()} == set(FILES)


def test_the_schema_in_the_documents_is_that_of_the_model():
    assert schema_text() == SCHEMA.read_text(encoding="utf-8")
