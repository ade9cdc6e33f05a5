"""Tables as files: CSV and XLSX, written and read row by row, so that a large one never lies in memory whole."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from xktcc_app.domain.cells import is_formula, safe_cell
from xktcc_app.services.errors import BadFileError

MAX_COLUMNS = 100
MAX_ROWS = 200_000
MAX_UNPACKED = 500_000_000
"""Bytes that a workbook may come to when it is unpacked."""
MAX_HELD = 100_000_000
"""Bytes of that which are held in memory: all but the sheets, which are read row by row."""
_SHEETS = "xl/worksheets/"


def write_csv(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """UTF-8 with a mark at the beginning, by which Excel knows it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows([safe_cell(value) for value in row] for row in rows)


def write_xlsx(path: Path, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """One sheet; what is text stays text."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(head))
    for row in rows:
        sheet.append([safe_cell(value) for value in row])
    book.save(path)


def read_table(path: Path) -> Iterator[list[str]]:
    """The rows of a CSV or XLSX file, the head first, all as text.

    Raises ``BadFileError``: ``not_a_table``, ``formula``, ``too_wide``, ``too_long``.
    """
    rows = _xlsx_rows(path) if zipfile.is_zipfile(path) else _csv_rows(path)
    for at, row in enumerate(rows):
        if len(row) > MAX_COLUMNS:
            raise BadFileError("too_wide")
        if at > MAX_ROWS:
            raise BadFileError("too_long")
        if any(map(is_formula, row)):
            raise BadFileError("formula")
        yield row


def _csv_rows(path: Path) -> Iterator[list[str]]:
    raw = path.open("rb")
    with raw:
        beginning = raw.read(4096)
        raw.seek(0)
        if b"\x00" in beginning:
            raise BadFileError("not_a_table")
        text = io.TextIOWrapper(raw, encoding=_encoding(beginning), newline="")
        try:
            yield from csv.reader(text)
        except (UnicodeDecodeError, csv.Error):
            raise BadFileError("not_a_table") from None


def _encoding(beginning: bytes) -> str:
    try:
        # the cut may lie within a sign
        beginning[: len(beginning) - 3].decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return "gb18030" if error.start < len(beginning) - 8 else "utf-8-sig"
    return "utf-8-sig"


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            held = sum(part.file_size for part in parts if not part.filename.startswith(_SHEETS))
            if held > MAX_HELD or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise BadFileError("too_long")
        with path.open("rb") as raw:  # as an open file, because by its name alone a workbook may be refused
            book = load_workbook(raw, read_only=True, data_only=False, keep_links=False)
            sheet = book.worksheets[0]
            if (sheet.max_column or 0) > MAX_COLUMNS:
                raise BadFileError("too_wide")
            for row in sheet.iter_rows(values_only=True):
                yield [_as_text(value) for value in row]
            book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, IndexError, SyntaxError, OSError):
        # SyntaxError: the parser's class for XML that is none
        raise BadFileError("not_a_table") from None


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, ArrayFormula | DataTableFormula):
        return "="
    if hasattr(value, "date") and hasattr(value, "hour"):
        return value.date().isoformat() if value.hour == value.minute == 0 else value.isoformat(" ")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
