"""A JSON document that is written as it is made."""

import datetime as dt
import io
import json

from ei_export.output.json_stream import Encoded, JsonStream, write_json


def test_what_is_no_iterator_is_written_as_json_writes_it() -> None:
    document = {"run": None, "counts": {"read": 1, "none": []}, "files": [{"file": "é\n"}], "ok": True}
    out = io.StringIO()
    write_json(document, out)
    assert out.getvalue() == json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def test_an_iterator_is_an_array_with_a_row_on_each_line() -> None:
    out = io.StringIO()
    rows = iter([{"day": dt.date(2024, 2, 1)}, Encoded('{"is": "JSON"}')])
    write_json({"head": 1, "rows": rows, "none": iter(())}, out)
    assert out.getvalue() == (
        '{\n "head": 1,\n "rows": [\n  {"day": "2024-02-01"},\n  {"is": "JSON"}\n ],\n "none": [\n ]\n}\n'
    )


def test_objects_in_arrays_are_begun_and_ended_by_hand() -> None:
    """As a file is told of before it is read to its end; each to where its own stream goes."""
    first, rest = io.StringIO(), io.StringIO()
    stream = JsonStream(first)
    stream.array("files")
    for name in ("a", "b"):
        stream.object({"file": name, "problems": iter([1, 2])})
        stream.array("records")
        stream.end()
        stream.fields({"ok": True})
        stream.end()
        stream.out = rest
    stream.end()
    stream.end()
    files = json.loads(first.getvalue() + rest.getvalue())["files"]
    assert files == [{"file": name, "problems": [1, 2], "records": [], "ok": True} for name in ("a", "b")]
    assert '"b"' not in first.getvalue()
