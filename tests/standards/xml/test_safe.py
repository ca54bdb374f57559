"""Reading XML that may come from anywhere: what is refused, and that memory stays flat."""

import io
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from ei_export.base.problems import InputError, SettingsError
from ei_export.standards.xml import safe as xml
from ei_export.standards.xml.safe import Schema, parts

SCHEMA = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x" elementFormDefault="qualified">
  <xs:element name="all"><xs:complexType><xs:sequence>
    <xs:element name="one" maxOccurs="unbounded"><xs:complexType><xs:sequence>
      <xs:element name="code"><xs:simpleType><xs:restriction base="xs:string">
        <xs:pattern value="[0-9]{2}"/></xs:restriction></xs:simpleType></xs:element>
    </xs:sequence></xs:complexType></xs:element>
  </xs:sequence></xs:complexType></xs:element>
</xs:schema>
"""
TAGS = ("{urn:x}all", ("{urn:x}one",))


def told(given: str | bytes, tags: tuple[str, ...] = ("b", "c")) -> list[str]:
    """The parts of a text, each as it stands there."""
    data = given.encode() if isinstance(given, str) else given
    return [
        etree.tostring(part, encoding="unicode", with_tail=False)
        for part in parts(io.BytesIO(data), "a.xml", "a", tags)
    ]


def refused(text: str) -> InputError:
    with pytest.raises(InputError) as refusal:
        told(text)
    assert refusal.value.params["file"] == "a.xml"
    assert str(refusal.value)
    return refusal.value


def test_the_parts_come_in_order() -> None:
    text = (
        '\ufeff<?xml version="1.0" encoding="UTF-8"?>\n<!-- a comment --><?ours?><a> <b>é<c/></b><!-- b -->\n<c/></a>'
    )
    assert told(text) == ["<b>é<c/></b>", "<c/>"]
    assert told("<a/>") == []


def test_parts_that_were_not_expected_come_too() -> None:
    assert told("<a><x/><b/><y><b/></y><z/><b/><y/></a>") == ["<x/>", "<b/>", "<y><b/></y>", "<z/>", "<b/>", "<y/>"]


@pytest.mark.parametrize(
    ("text", "line"), [("<a>\n<b></a>", 2), ("<a>&nothing;</a>", 1), ("<a/>\n<a/>", 2), ("<a>\n\n\x01</a>", 3), ("", 1)]
)
def test_what_is_no_xml_is_refused_at_its_line(text: str, line: int) -> None:
    refusal = refused(text)
    assert (refusal.code, refusal.params["line"]) == ("XML_BROKEN", line)


@pytest.mark.parametrize("text", ["<x/>", "<x><a/></x>", '<a xmlns="urn:x"/>', "<b/>", "<x><b/></x>"])
def test_another_root_is_refused(text: str) -> None:
    assert refused(text).params == {"file": "a.xml", "expected": "a"}


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE a><a/>",
        '<?xml version="1.0"?><!-- first --><!DOCTYPE a [<!ELEMENT a ANY>]><a/>',
        f'<!DOCTYPE a [<!ENTITY l0 "lol">{LAUGHS}]><a>&l9;</a>',
        f'<!DOCTYPE a [<!ENTITY x "{"x" * 60_000}">]><a>{"&x;" * 1000}</a>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        f"<!DOCTYPE a [<!ENTITY x '{'x' * 100_000}'>]><a/>",
    ],
    ids=["bare", "internal", "billion-laughs", "quadratic", "external", "long"],
)
def test_a_document_type_is_refused_before_anything_of_it_is_used(text: str) -> None:
    assert refused(text).code == "XML_DOCTYPE"


def test_a_document_type_in_another_encoding_is_refused_too() -> None:
    with pytest.raises(InputError) as refusal:
        told('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"))
    assert refusal.value.code == "XML_DOCTYPE"


@pytest.fixture
def listener() -> Iterator[tuple[int, list[bytes]]]:
    """A port on this machine, and what came in on it."""
    server = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def listen() -> None:
        try:
            while True:
                connection, _ = server.accept()
                heard.append(b"!")
                connection.close()
        except OSError:
            return

    thread = threading.Thread(target=listen)
    thread.start()
    yield server.getsockname()[1], heard
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join()


def test_nothing_is_fetched_from_the_network(listener: tuple[int, list[bytes]], tmp_path: Path) -> None:
    port, heard = listener
    url = f"http://127.0.0.1:{port}/x"
    assert refused(f'<!DOCTYPE a SYSTEM "{url}"><a/>').code == "XML_DOCTYPE"
    assert refused(f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{url}"> %x;]><a/>').code == "XML_DOCTYPE"
    assert told(f'<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="urn:x {url}"/>') == []
    path = tmp_path / "x.xsd"
    path.write_text(
        SCHEMA.replace('"qualified">', f'"qualified"><xs:import namespace="urn:y" schemaLocation="{url}"/>')
    )
    Schema.load(path)
    assert heard == []


def nested(levels: int) -> str:
    """A part, and that many levels below it."""
    return f"<a>\n{'<b>' * (levels + 1)}{'</b>' * (levels + 1)}</a>"


def test_limits() -> None:
    assert told(nested(xml.MOST_LEVELS))
    assert refused(nested(xml.MOST_LEVELS + 1)).params == {"file": "a.xml", "line": 2}
    assert refused(nested(100_000)).code == "XML_BROKEN"  # before it is all read
    assert told(f"<a><b>{'x' * xml.MOST_TEXT}</b></a>")
    assert refused(f"<a>\n<b><c>{'x' * (xml.MOST_TEXT + 1)}</c></b></a>").params == {"file": "a.xml", "line": 2}
    assert refused(f'<a><x><y z="{"x" * (xml.MOST_TEXT + 1)}"/></x></a>').code == "XML_TOO_MUCH"


def test_what_would_not_fit_in_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MOST_OF_PART", 40_000)
    assert len(told(f"<a>{'<b/>' * 30_000}</a>")) == 30_000
    for text in (f"<a>{'<x/>' * 30_000}</a>", f"<a><b>{'<x/>' * 30_000}</b></a>", f"<!--{'x' * 100_000}--><a/>"):
        assert refused(text).params == {"file": "a.xml", "limit": 40_000}
    monkeypatch.setattr(xml, "MOST_BYTES", 100_000)
    assert refused(f"<a>{'<b/>' * 30_000}</a>").params == {"file": "a.xml", "limit": 100_000}


def test_what_is_small_in_a_file_and_large_in_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml, "MOST_TAGS", 20_000)
    assert len(told(f"<a>{'<b/>' * 60_000}</a>")) == 60_000
    attributes = " ".join(f"x{n}='1'" for n in range(30_000))
    for text in (f"<a>{'<x/>' * 30_000}</a>", f"<a><b>{'<x/>' * 30_000}</b></a>", f"<a><b {attributes}/></a>"):
        assert refused(text).code == "XML_PART_TOO_FULL"


def test_parts_are_forgotten() -> None:
    """Of a long file there is never more at hand than what was read at once."""
    text = f"<a>{f'<b><c>{12:0200}</c></b>' * 10_000}</a>"
    held = [len(part.getparent()) for part in parts(io.BytesIO(text.encode()), "a.xml", "a", ("b",))]  # type: ignore[arg-type]
    assert len(held) == 10_000
    assert max(held) < 200


def schema(tmp_path: Path, text: str = SCHEMA) -> Schema:
    path = tmp_path / "x.xsd"
    path.write_text(text)
    return Schema.load(path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<all xmlns="urn:x">\n<one><code>12</code></one>\n</all>', None),
        (
            '<all xmlns="urn:x">\n<one>\n<code>123456782</code></one></all>',
            (3, "Element 'code': [facet 'pattern'] The value '…' is not accepted by the pattern '[0-9]{2}'"),
        ),
        (
            '<all xmlns="urn:x">\n<one>\n<name/></one></all>',
            (3, "Element 'name': This element is not expected. Expected is ( code )"),
        ),
        ('<all xmlns="urn:x">\n</all>', (2, "Element 'all': Missing child element(s). Expected is ( one )")),
        ('<all xmlns="urn:x">\n<one>', (2, "Premature end of data")),
    ],
)
def test_a_schema_says_where_a_file_differs(tmp_path: Path, text: str, expected: tuple[int, str] | None) -> None:
    assert schema(tmp_path).check(io.BytesIO(text.encode()), "a.xml", *TAGS) == expected


def test_a_schema_refuses_a_document_type(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        schema(tmp_path).check(io.BytesIO(b'<!DOCTYPE all><all xmlns="urn:x"/>'), "a.xml", *TAGS)


@pytest.mark.parametrize("text", ["", "<a/>", SCHEMA.replace("xs:string", "xs:strng")])
def test_what_is_no_schema_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        schema(tmp_path, text)
    assert refusal.value.code == "XSD_BROKEN"
    assert refusal.value.params["file"] == (tmp_path / "x.xsd").as_posix()


PRIVATE = """\
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:x" xmlns:x="urn:x"
           elementFormDefault="qualified">
  <xs:element name="all"><xs:complexType><xs:sequence>
    <xs:element name="one" maxOccurs="unbounded"><xs:complexType><xs:simpleContent><xs:extension base="x:KIND">
      <xs:attribute name="n" type="xs:int"/></xs:extension></xs:simpleContent></xs:complexType></xs:element>
  </xs:sequence></xs:complexType>
  <xs:unique name="once"><xs:selector xpath="x:one"/><xs:field xpath="."/></xs:unique></xs:element>
  <xs:simpleType name="list"><xs:list itemType="xs:int"/></xs:simpleType>
  <xs:simpleType name="union"><xs:union memberTypes="xs:int xs:date"/></xs:simpleType>
  <xs:simpleType name="text"><xs:restriction base="xs:string"><xs:maxLength value="20"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="side"><xs:restriction base="xs:string"><xs:enumeration value="D"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="digits"><xs:restriction base="xs:string"><xs:pattern value="[0-9]{2}"/></xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="late"><xs:restriction base="xs:date"><xs:minInclusive value="2025-01-01"/></xs:restriction>
  </xs:simpleType>
</xs:schema>
"""


@pytest.mark.parametrize(
    ("kind", "text", "says"),
    [
        ("digits", "<one>{}</one>", "[facet 'pattern'] The value '…' is not accepted by the pattern '[0-9]{2}'"),
        ("side", "<one>{}</one>", "[facet 'enumeration'] The value '…' is not an element of the set {'D'}"),
        (
            "late",
            "<one>1980-05-17</one>",
            "[facet 'minInclusive'] The value '…' is less than the minimum",
        ),
        ("union", "<one>{}</one>", "'…' is not a valid value of the union type 'union'"),
        ("list", "<one>1 {}</one>", "'…' is not a valid value of the atomic type 'xs:int'"),
        ("text", "<one>{0} {0}</one>", "[facet 'maxLength'] The value has a length of '33'; this exceeds"),
        ("text", "<one>{0}</one><one>{0}</one>", "Duplicate key-sequence '…' in unique identity-constraint 'once'"),
        ("text", '<one n="{}">1</one>', "attribute 'n': '…' is not a valid value of the atomic type 'xs:int'"),
    ],
)
@pytest.mark.parametrize("value", ["1234 Jansen 5678", "O'Jansen' is 'xy", "[Jansen] ['] is "])
def test_values_are_not_told(tmp_path: Path, kind: str, text: str, says: str, value: str) -> None:
    file = io.BytesIO(f'<all xmlns="urn:x">{text.format(value)}</all>'.encode())
    wrong = schema(tmp_path, PRIVATE.replace("KIND", kind)).check(file, "a.xml", *TAGS)
    assert wrong is not None
    assert says in wrong.says
    assert not any(word in wrong.says for word in ("Jansen", "1234", "1980"))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<a><b><![CDATA[Jansen</b></a>", "ERR_CDATA_NOT_FINISHED"),
        ("<a><!-- Jansen -- --></a>", "ERR_HYPHEN_IN_COMMENT"),
        ("<a><b Jansen></b></a>", "ERR_ATTRIBUTE_WITHOUT_VALUE"),
        ("<a><b>Jansen<Jansen</b></a>", "ERR_NAME_REQUIRED"),
        ("<a>&Jansen;</a>", "not well-formed"),
    ],
)
def test_what_stands_where_it_breaks_is_not_told(text: str, kind: str) -> None:
    assert refused(text).params == {"file": "a.xml", "line": 1, "reason": kind}
