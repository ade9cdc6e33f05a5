"""Exports and imports over HTTP: for their own account, from our own pages, within limits."""

import asyncio
import io

import pytest
from openpyxl import Workbook, load_workbook

from tests.integration.api.conftest import ADMIN_PASSWORD
from tests.integration.api.test_entry import log_in
from xktcc_app.api import imports as imports_api
from xktcc_app.domain.list_queries import ElderQuery
from xktcc_app.domain.permissions import Permission

NEW_PASSWORD = "a second admin word"


async def administrator(browser, running):
    """Logged in, and past the demanded change of the password."""
    await log_in(browser, "admin", ADMIN_PASSWORD)
    answer = await browser.post("/password", data={"old": ADMIN_PASSWORD, "new": NEW_PASSWORD, "again": NEW_PASSWORD})
    assert answer.headers["location"] == "/"
    return running.services.sessions.known(browser.cookies["xktcc_session"])


async def until(browser, path, *states):
    async with asyncio.timeout(20):
        while True:
            body = (await browser.get(path)).json()
            if body["state"] in states:
                return body
            await asyncio.sleep(0.02)


def workbook(*rows):
    book = Workbook()
    for row in rows:
        book.active.append(row)
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


async def exported(browser, **more):
    begun = await browser.post("/api/exports", data={"list": "elders", "form": "xlsx", "query": "", **more})
    assert begun.status_code == 202
    return begun.json()["id"]


async def test_an_export_holds_what_the_page_asked_for_in_its_language(browser, running):
    await log_in(browser)
    job = await exported(browser, query="types=very_old&youngest=80&page=7", lang="en")
    done = await until(browser, f"/api/exports/{job}", "done", "failed")
    assert (done["state"], done["code"], done["limited"]) == ("done", "", False)
    answer = await browser.get(f"/api/exports/{job}/file")
    assert answer.headers["content-disposition"].startswith('attachment; filename="xktcc-')
    assert answer.headers["cache-control"] == "no-store"
    rows = list(load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[0][:4] == ("Number", "Name", "Gender", "Age")
    assert len(rows) == done["rows"] + 1 > 1
    assert all("Very old" in row[6] and row[3] >= 80 and "****" in row[4] for row in rows[1:])


async def test_an_export_belongs_to_its_account(browser, running):
    await log_in(browser)
    job = await exported(browser)
    await until(browser, f"/api/exports/{job}", "done")
    await administrator(browser, running)
    assert (await browser.get(f"/api/exports/{job}")).status_code == 404
    assert (await browser.get(f"/api/exports/{job}/file")).status_code == 404
    assert (await browser.delete(f"/api/exports/{job}")).status_code == 404


async def test_who_may_not_export_is_refused(browser, running):
    await log_in(browser, "1001")
    answer = await browser.post("/api/exports", data={"list": "elders", "form": "xlsx"})
    assert (answer.status_code, answer.json()) == (403, {"code": "permission_denied"})


async def test_visitors_and_other_sites_get_nothing(browser, running):
    assert (await browser.post("/api/exports", data={"list": "elders"})).status_code == 401
    assert (await browser.get("/api/imports/template")).status_code == 401
    await log_in(browser)
    other = {"Origin": "http://evil.test"}
    assert (
        await browser.post("/api/exports", data={"list": "elders", "form": "csv"}, headers=other)
    ).status_code == 403
    assert (await browser.get("/api/imports/template", headers=other)).status_code == 403


@pytest.mark.parametrize("form", [{"list": "nonsense", "form": "csv"}, {"list": "elders", "form": "exe"}, {}])
async def test_a_senseless_export_is_refused(browser, running, form):
    await log_in(browser)
    assert (await browser.post("/api/exports", data=form)).status_code == 400


async def test_an_export_is_called_off(browser, running):
    await log_in(browser)
    job = await exported(browser)
    assert (await browser.delete(f"/api/exports/{job}")).status_code == 204
    ended = await until(browser, f"/api/exports/{job}", "done", "cancelled")
    file = await browser.get(f"/api/exports/{job}/file")
    assert file.status_code == (200 if ended["state"] == "done" else 404)


async def test_an_import_tells_each_bad_row_and_stores_the_others_when_told_to(browser, running):
    who = await administrator(browser, running)
    heads = ("姓名", "性别", "电话", "身份证号", "老人类型")
    sent = workbook(
        heads,
        ("导入甲", "女", "13511112222", "", "独居，高龄"),
        ("导入乙", "男", "12", "110101", "普通"),
        ("", "女", "", "", ""),
    )
    begun = await browser.post("/api/imports?lang=zh", content=sent)
    assert begun.status_code == 202
    at = f"/api/imports/{begun.json()['id']}"
    checked = await until(browser, at, "checked", "failed")
    assert (checked["state"], checked["good"], checked["bad"]) == ("checked", 1, 2)
    assert [(bad["row"], sorted(bad["faults"])) for bad in checked["told"]] == [
        (3, [["id_card", "id_card_form"], ["phones", "phone"]]),
        (4, [["name", "required"]]),
    ]
    named = ElderQuery(name="导入")
    assert (await running.services.elders.search(who, named)).total == 0
    assert (await browser.post(f"{at}/store")).status_code == 202
    stored = await until(browser, at, "stored", "failed")
    assert (stored["state"], stored["good"], stored["bad"]) == ("stored", 1, 2)
    found = await running.services.elders.search(who, named)
    assert [(row.name, row.types) for row in found.rows] == [("导入甲", ("lives_alone", "very_old"))]
    assert (await browser.post(f"{at}/store")).status_code == 400


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\x00\x01\x02 no table at all", "not_a_table"),
        ("姓名,性别\n=1+1,女\n".encode(), "formula"),
        ((",".join(["姓名"] * 101)).encode(), "too_wide"),
        ("性别\n女\n".encode(), "no_name_column"),
        ("姓名,姓名\n甲,乙\n".encode(), "repeated_column"),
        (b"", "no_name_column"),
    ],
    ids=["bytes", "formula", "wide", "no-name", "repeated", "empty"],
)
async def test_a_file_that_is_no_table_of_ours_is_refused_with_the_reason(browser, running, content, reason):
    await administrator(browser, running)
    begun = await browser.post("/api/imports?lang=zh", content=content)
    ended = await until(browser, f"/api/imports/{begun.json()['id']}", "checked", "failed")
    assert (ended["state"], ended["code"], ended["reason"]) == ("failed", "bad_file", reason)
    assert not list((running.services.settings.data_dir / "imports").iterdir())


async def test_a_file_that_is_too_large_is_refused_and_not_kept(browser, running, monkeypatch):
    monkeypatch.setattr(imports_api, "MAX_BYTES", 1000)
    await administrator(browser, running)
    answer = await browser.post("/api/imports", content=b"x" * 1001)
    assert answer.status_code == 413
    assert not list((running.services.settings.data_dir / "imports").iterdir())


async def test_who_may_not_import_can_not_even_send_a_file(browser, running):
    await log_in(browser)
    principal = running.services.sessions.known(browser.cookies["xktcc_session"])
    assert not principal.may(Permission.ELDERS_IMPORT)
    assert (await browser.post("/api/imports", content=b"x")).status_code == 403
    assert (await browser.get("/api/imports/template")).status_code == 403


async def test_an_import_is_closed_to_who_may_not_import(browser, running):
    await administrator(browser, running)
    begun = await browser.post("/api/imports?lang=zh", content="姓名,性别\n甲,女\n".encode())
    at = f"/api/imports/{begun.json()['id']}"
    await until(browser, at, "checked")
    await log_in(browser)
    assert (await browser.get(at)).status_code == 403
    assert (await browser.post(f"{at}/store")).status_code == 403


async def test_the_template_has_the_heads_that_are_understood(browser, running):
    await administrator(browser, running)
    answer = await browser.get("/api/imports/template?lang=en")
    (heads,) = load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert {"Name", "Gender", "ID card", "Phones", "Contact name"} <= set(heads)
    begun = await browser.post("/api/imports?lang=en", content=answer.content)
    ended = await until(browser, f"/api/imports/{begun.json()['id']}", "checked", "failed")
    assert (ended["state"], ended["good"], ended["bad"]) == ("checked", 0, 0)


async def test_the_years_sheet_adds_up_and_says_whose_it_is(browser, running):
    await log_in(browser)
    answer = await browser.get("/api/reports/orders.xlsx?lang=en")
    assert answer.headers["cache-control"] == "no-store"
    year = answer.headers["content-disposition"].rpartition("-")[2].split(".")[0]
    assert year.isdigit()
    months, quarters = load_workbook(io.BytesIO(answer.content)).worksheets
    title, _, rule, head, *rows = months.iter_rows(values_only=True)
    assert title[0] == f"{year} · Orders · All in your data scope"
    assert "Cancelled orders are left out" in rule[0]
    assert head[:3] == ("Month", "Orders", "Amount (yuan)")
    assert (rows[0][0][:3], rows[11][0][:3]) == ("Jan", "Dec")
    assert rows[12][1] == sum(row[1] for row in rows[:12])
    assert rows[12][2] == pytest.approx(sum(row[2] for row in rows[:12]))
    *_, first = [row for row in quarters.iter_rows(values_only=True) if str(row[0]) == year]
    assert first[5] == pytest.approx(rows[12][2]) == pytest.approx(sum(first[1:5]))
    assert quarters.cell(5, 2).number_format == "#,##0.00"


async def test_a_report_that_can_not_be_is_no_file(browser, running):
    await log_in(browser)
    for path in ("orders.xlsx?year=abc", "orders.xlsx?year=1999", "calls.xlsx?since=never"):
        answer = await browser.get(f"/api/reports/{path}")
        assert (answer.status_code, answer.json()) == (400, {"code": "bad_value"})
    blank = await browser.get("/api/reports/orders.xlsx?year=2077&lang=zh")
    texts = [row[0] for row in load_workbook(io.BytesIO(blank.content)).active.iter_rows(values_only=True)]
    assert "2077 年还没有到，没有订单可统计。" in texts
    calls = load_workbook(io.BytesIO((await browser.get("/api/reports/calls.xlsx?lang=en")).content))
    assert [sheet.cell(3, 1).value for sheet in calls.worksheets] == ["Figure", "Weekday", "Agent"]
    await log_in(browser, "1001")
    assert (await browser.get("/api/reports/orders.xlsx")).status_code == 403
