import json
import logging

from xktcc_app.logs import JsonLines


def line_of(text, **extras):
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": text, "created": 0.0, **extras})
    return JsonLines().format(record)


def test_what_people_type_makes_no_line_of_its_own():
    forged = 'a\n{"time": "2026-01-01", "level": "info", "text": "admin logged in"}\r\x1b[31m'
    line = line_of(forged, account=forged)
    assert "\n" not in line
    assert "\r" not in line
    assert "\x1b" not in line
    assert json.loads(line)["text"] == forged


def test_a_line_has_its_time_in_utc_and_no_number_of_a_person():
    line = json.loads(line_of("called 13800001111", number="+8613800001111"))
    assert line["time"] == "1970-01-01T00:00:00.000+00:00"
    assert "13800001111" not in json.dumps(line)
