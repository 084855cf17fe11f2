"""Samples to try an upload with are real files that pass the gate and can be learnt from."""

import pytest

from playground.data import tables_own, tables_samples
from playground.data.tables_profile import likely_target, profile
from playground.data.uploads import read_table
from playground.data.uploads_images import read_images

WANTED = {"tips": ("tip", "regression", 244), "countries": ("lifeExp", "regression", 1704), "shares": ("MSFT", "regression", 105), "wine": ("grower", "classification", 178)}


@pytest.mark.parametrize("key", tables_samples.TABLES)
def test_every_sample_table_is_read_and_proposes_what_one_would_predict(key):
    table = read_table(*tables_samples.table(key))
    target, task, rows = WANTED[key]
    assert likely_target(profile(table)) == target and table.n_rows == rows
    assert tables_own.examine(table, target).task == task
    tables_own.prepare(table, target)


def test_the_sample_images_are_an_archive_with_a_folder_a_class():
    found = read_images([tables_samples.images()])
    assert found.images.shape == (300, 1, 32, 32) and len(set(found.labels)) == 10
