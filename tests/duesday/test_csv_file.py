"""CSV files as they come, and what is said of those that cannot be read."""

from pathlib import Path

import pytest

from duesday.csv_file import LONGEST_LINE, Columns, CsvFile, CsvRow, Mistake
from duesday.pile import ROWS_AT_ONCE, Pile

COLUMNS = Columns(("code", "name", "first_name"), ("code",))


@pytest.fixture
def read(tmp_path: Path):
    def rows(content: bytes | str) -> list[CsvRow | Mistake]:
        path = tmp_path / "a.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        with CsvFile(path) as file:
            return list(file.rows(COLUMNS))

    return rows


ONE = [CsvRow(2, {"code": "a", "name": "Łucja"})]


@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"], ids=["bare", "bom"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
@pytest.mark.parametrize("separator", [",", ";", "\t"], ids=["comma", "semicolon", "tab"])
@pytest.mark.parametrize("end", [True, False], ids=["newline at the end", "none"])
def test_a_file_is_read_as_it_comes(read, bom: bytes, newline: str, separator: str, end: bool):
    text = newline.join((f"code{separator}name", f'"a"{separator} Łucja ')) + (newline if end else "")
    assert read(bom + text.encode()) == ONE


def test_heads_are_read_as_people_write_them(read):
    assert read('Code;"First  Name"\na;Ana\n') == [CsvRow(2, {"code": "a", "first_name": "Ana"})]


def test_a_quoted_field_may_hold_separators_quotes_and_newlines_and_later_lines_are_counted(read):
    rows = read('code,name\na,"one\r\n""two"", three\n\nfour"\nb,five\n')
    assert rows == [
        CsvRow(2, {"code": "a", "name": 'one\r\n"two", three\n\nfour'}),
        CsvRow(6, {"code": "b", "name": "five"}),
    ]


def test_empty_lines_and_empty_cells_are_nothing(read):
    assert read("\n\ncode,name\n\n,\n  , \na,\n") == [CsvRow(7, {"code": "a"})]
    assert read("code,name\n") == []


WRONG_HEADS = (
    ("name\nx\n", [(1, "code", "This column is missing.")]),
    ("code,price\n", [(1, "price", "There is no such column; there are code, name, first_name.")]),
    ("code,name,Name\n", [(1, "name", "This column is there more than once.")]),
    ("code,,name\n", [(1, None, "A column has no name.")]),
    ("price;name;name\n", [
        (1, "price", "There is no such column; there are code, name, first_name."),
        (1, "name", "This column is there more than once."),
        (1, "code", "This column is missing."),
    ]),
    ("", [(1, None, "The file is empty.")]),
    ("\n \n", [(1, None, "The file is empty.")]),
)  # fmt: skip


@pytest.mark.parametrize(("content", "mistakes"), WRONG_HEADS)
def test_every_column_that_is_wrong_is_named(read, content: str, mistakes: list[tuple[int, str | None, str]]):
    assert read(content) == [Mistake(*mistake) for mistake in mistakes]


def test_a_row_of_another_length_is_told_and_the_next_is_read(read):
    assert read("code,name\na\nb,2\nc,3,4\n") == [
        Mistake(2, None, "The row has 1 fields, the head of the file has 2."),
        CsvRow(3, {"code": "b", "name": "2"}),
        Mistake(4, None, "The row has 3 fields, the head of the file has 2."),
    ]


def test_a_line_that_is_no_utf8_is_told_and_the_next_is_read(read):
    rows = read(b"code,name\na,Mu\xf1oz\nb,\xc3\xb1\n")
    assert rows == [
        Mistake(2, None, "This is not UTF-8. Save the file as “CSV UTF-8”."),
        CsvRow(3, {"code": "b", "name": "ñ"}),
    ]
    assert "UTF-16" in read("code,name\na,b\n".encode("utf-16"))[0].sentence


STOPPING = (
    ("code,name\na,b\n" + "x" * 5_000_000 + "\n", 3, "1,000,000 characters or more"),
    ('code,name\na,b\nc,"' + "x\n" * 70_000 + '"\n', 3, "more than 131,072 characters. Is a closing quote missing?"),
    ('code,name\na,b\n\nc,"d\ne,f\n', 4, "A quote is opened here and never closed."),
    ('code,name\na,b\nc,"d"e\n', 3, "A quote inside of a quoted field is written twice."),
)


@pytest.mark.parametrize(("content", "line", "sentence"), STOPPING, ids=range(len(STOPPING)))
def test_what_leaves_the_rest_in_doubt_ends_the_reading(read, content: str, line: int, sentence: str):
    first, mistake = read(content)
    assert isinstance(first, CsvRow)
    assert mistake.line == line
    assert sentence in mistake.sentence
    assert mistake.sentence.endswith("Nothing from here on was read.")


def test_a_file_is_not_held_in_memory_to_be_read(read, tmp_path: Path):
    assert LONGEST_LINE < 2_000_000
    (tmp_path / "endless.csv").write_bytes(b"code\n" + b"x" * 50_000_000)
    with CsvFile(tmp_path / "endless.csv") as file:
        rows = file.rows(COLUMNS)
        assert next(rows).line == 2
        assert file.read < 6_000_000
        rows.close()


def test_a_pile_gives_back_what_belongs_together_in_the_order_of_its_first_line():
    with Pile() as pile:
        for number in range(ROWS_AT_ONCE + 1):
            pile.add(CsvRow(number, {"n": str(number)}), f"key {number % 3}", late=number % 3 == 0)
        groups = list(pile.groups())
    assert [key for key, _ in groups] == ["key 1", "key 2", "key 0"]
    assert [line for line, _ in groups[0][1]][:3] == [1, 4, 7]
    assert sum(len(lines) for _, lines in groups) == ROWS_AT_ONCE + 1
