import asyncio
import csv
import os
import threading
import zipfile
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from tests.integration.services.test_record_services import CARD, NOW, Office
from xktcc_app.domain.list_queries import CallQuery, ElderQuery, OrderQuery
from xktcc_app.domain.permissions import DataScope
from xktcc_app.services import exports, tables
from xktcc_app.services.audit import AuditService
from xktcc_app.services.errors import BadFileError, BadValueError, NotFoundError, TooManyExportsError
from xktcc_app.services.exports import ExportRules, ExportService, Wording
from xktcc_app.services.imports import ImportService
from xktcc_app.services.tables import read_table, write_csv, write_xlsx

ZONE = ZoneInfo("Asia/Shanghai")
WORDING = Wording(
    heads={
        "name": "姓名",
        "gender": "性别",
        "phones": "电话",
        "id_card": "身份证号",
        "community": "社区",
        "types": "类型",
    },
    codes={"gender": {"f": "女", "m": "男"}, "types": {"lives_alone": "独居", "very_old": "高龄"}},
)


@pytest.fixture
def office(database):
    return Office(database)


@pytest.fixture
def export(office, tmp_path):
    made = ExportService(office.database, AuditService(office.entries), ExportRules(tmp_path / "exports", ZONE))
    yield made
    made.close()


@pytest.fixture
def importer(office):
    made = ImportService(office.database, AuditService(office.entries), ZONE, lambda: NOW)
    yield made
    made.close()


async def test_an_export_is_masked_and_carries_no_formulas(office, export):
    boss = office.who()
    await office.elders.create(boss, office.form("=HYPERLINK(1)", id_card=CARD, types=["lives_alone"]))
    await office.elders.create(boss, office.form("李四", phones=["13900002222"]))
    job = export.start(boss, ElderQuery(), WORDING)
    await export.drained()
    assert (job.state, job.rows, job.limited) == ("done", 2, False)
    rows = list(load_workbook(job.path).active.iter_rows(values_only=True))
    assert rows[0][1:3] == ("姓名", "性别")
    assert [row[1] for row in rows[1:]] == ["李四", "'=HYPERLINK(1)"]
    assert rows[2][2:7] == ("女", 82, "138****1111", "330102********2222", "独居")
    assert b"13800001111" not in b"".join(
        zipfile.ZipFile(job.path).read(one) for one in zipfile.ZipFile(job.path).namelist()
    )
    with pytest.raises(NotFoundError):
        export.job(office.who(), "another")
    with pytest.raises(BadValueError):
        export.start(boss, ElderQuery(), WORDING, "exe")


async def test_an_account_has_only_so_many_at_once_and_what_is_old_goes(office, tmp_path):
    at = [NOW]
    rules = ExportRules(tmp_path / "exports", ZONE)
    made = ExportService(office.database, AuditService(office.entries), rules, lambda: at[0])
    words, who = Wording({}, {}), office.who()
    held = threading.Event()
    made._thread.submit(held.wait)
    jobs = [made.start(who, ElderQuery(), words) for _ in range(3)]
    with pytest.raises(TooManyExportsError):
        made.start(who, ElderQuery(), words)
    made.cancel(who, jobs[0].id)
    held.set()
    await made.drained()
    assert [job.state for job in jobs] == ["cancelled", "done", "done"]
    at[0] += timedelta(hours=2)
    last = made.start(who, ElderQuery(), words)
    for job in jobs:
        with pytest.raises(NotFoundError):
            made.job(who, job.id)
    await made.drained()
    assert list((tmp_path / "exports").iterdir()) == [last.path]
    made.close()


async def test_old_files_go_although_nobody_exports_again(office, tmp_path, monkeypatch):
    folder = tmp_path / "exports"
    folder.mkdir()
    left, fresh = folder / "left.xlsx", folder / "fresh.xlsx"
    for path, age in ((left, timedelta(hours=2)), (fresh, timedelta())):
        path.touch()
        at = (NOW - age).timestamp()
        os.utime(path, (at, at))
    made = ExportService(office.database, AuditService(office.entries), ExportRules(folder, ZONE), lambda: NOW)
    looked, remove, fails = asyncio.Event(), made._remove_old, [OSError("disk")]
    loop = asyncio.get_running_loop()

    def look():
        if fails:
            raise fails.pop()
        remove()
        loop.call_soon_threadsafe(looked.set)

    monkeypatch.setattr(made, "_remove_old", look)
    monkeypatch.setattr(exports, "LOOKS_EVERY_S", 0)
    running = asyncio.create_task(made.run())
    await asyncio.wait_for(looked.wait(), 5)
    running.cancel()
    made.close()
    assert list(folder.iterdir()) == [fresh]


async def test_an_export_ends_at_the_roles_limit(office, export, monkeypatch):
    monkeypatch.setattr(exports, "CHUNK", 2)
    monkeypatch.setitem(exports.LIMITS, DataScope.ALL, 3)
    for at in range(5):
        await office.elders.create(office.who(), office.form(f"王{at}", phones=[f"1380000000{at}"]))
    job = export.start(office.who(), ElderQuery(name="王"), WORDING, "csv")
    await export.drained()
    assert (job.state, job.rows, job.limited) == ("done", 3, True)
    with job.path.open(encoding="utf-8-sig") as file:
        assert [row[1] for row in csv.reader(file)] == ["姓名", "王4", "王3", "王2"]


async def test_the_other_lists_are_exported_too(office, export):
    boss = office.who()
    for query in (OrderQuery(), CallQuery(), ElderQuery(name="wang")):
        job = export.start(boss, query, WORDING, "csv")
        await export.drained()
        assert (job.state, job.rows) == ("done", 0)


def _sheet(path, rows, kind):
    head = ["姓名", "性别", "电话", "身份证号", "社区", "类型"]
    (write_csv if kind == "csv" else write_xlsx)(path, head, rows)
    return path


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
async def test_an_import_tells_each_bad_row_and_stores_the_others(office, importer, tmp_path, kind):
    rows = [
        ["王桂兰", "女", "13800001111，13900001111", CARD, "城北", "独居、高龄"],
        ["", "女", "", "", "城北", ""],
        ["李四", "男", "123", "", "城北", ""],
        ["张三", "男", "", "", "火星", ""],
        ["赵六", "女", "13800001111", "", "城北", ""],
        ["", "", "", "", "", ""],
        ["孙七", "男", "13700001111", "", "城南", ""],
    ]
    path = _sheet(tmp_path / f"elders.{kind}", rows, kind)
    seen = []
    report = await importer.dry_run(office.who(), path, WORDING, seen.append)
    assert (report.rows, report.good, report.bad) == (6, 2, 4)
    assert [(one.row, dict(one.faults)) for one in report.told] == [
        (3, {"name": "required"}),
        (4, {"phones": "phone"}),
        (5, {"community": "not_found"}),
        (6, {"phones": "repeated"}),
    ]
    assert (await office.elders.search(office.who(), ElderQuery())).total == 0
    report = await importer.run(office.who(), path, WORDING, seen.append)
    assert (report.good, seen[-1]) == (2, 6)
    found = await office.elders.search(office.who(), ElderQuery(name="wgl", types=("very_old",)))
    assert [row.name for row in found.rows] == ["王桂兰"]
    again = await importer.dry_run(office.who(), path, WORDING, seen.append)
    assert again.good == 0


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x00\x01\x02", "not_a_table"),
        (b"a,b\n", "no_name_column"),
        (b"name,name\n", "repeated_column"),
        (b"name,gender\n=1+1,f\n", "formula"),
        (b"name" + b",x" * 200 + b"\n", "too_wide"),
        (b"", "no_name_column"),
    ],
)
async def test_files_that_are_no_tables_are_refused(office, importer, tmp_path, content, reason):
    path = tmp_path / "x.csv"
    path.write_bytes(content)
    with pytest.raises(BadFileError) as told:
        await importer.dry_run(office.who(), path, WORDING, lambda _: None)
    assert told.value.reason == reason


def test_broken_and_dangerous_workbooks_are_refused(tmp_path):
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("x", "x")
    with pytest.raises(BadFileError, match="not_a_table"):
        list(read_table(path))
    book = Workbook()
    book.active.append(["name", "=SUM(1)"])
    book.save(path)
    with pytest.raises(BadFileError, match="formula"):
        list(read_table(path))
    book.active.cell(1, 500, "far out")
    book.save(path)
    with pytest.raises(BadFileError, match="too_wide"):
        list(read_table(path))


def test_formulas_over_several_cells_are_formulas(tmp_path):
    path = tmp_path / "x.xlsx"
    book = Workbook()
    book.active.append(["name", "gender"])
    book.active["A2"] = ArrayFormula("A2:A3", "=SUM(B1:B2)")
    book.save(path)
    with pytest.raises(BadFileError, match="formula"):
        list(read_table(path))


def test_a_million_columns_are_refused_by_the_first_row(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("name" + ",x" * 1_000_000)
    with pytest.raises(BadFileError, match="too_wide"):
        list(read_table(path))


def test_more_than_memory_should_hold_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "x.xlsx"
    write_xlsx(path, ["name"], [["王桂兰"]])
    monkeypatch.setattr(tables, "MAX_HELD", 10)
    with pytest.raises(BadFileError, match="too_long"):
        list(read_table(path))


def test_old_chinese_files_are_read(tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes("姓名,性别\n王桂兰,女\n".encode("gb18030"))
    assert list(read_table(path)) == [["姓名", "性别"], ["王桂兰", "女"]]
