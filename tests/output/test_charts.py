"""Bars: as wide as what they show, and never wider than the chart."""

from ei_export.output.charts import BAR_HEIGHT, Value, bars


def test_bars_are_as_wide_as_what_they_show() -> None:
    whole, part, none, less = bars(
        [Value("a", 400, "4,00"), Value("b", 200, "2,00", part=50), Value("c", 0, "0,00"), Value("d", -100, "-1,00")]
    )
    assert [each.width for each in (whole, part, none, less)] == ["100.00%", "50.00%", "0.00%", "0.00%"]
    assert [each.part for each in (whole, part, none, less)] == ["100.00%", "12.50%", "0.00%", "0.00%"]
    assert [each.top for each in (whole, part, none, less)] == [0, BAR_HEIGHT, 2 * BAR_HEIGHT, 3 * BAR_HEIGHT]
    assert (part.told, less.text) == ("2,00", "-1,00")


def test_a_part_is_no_more_than_the_whole() -> None:
    """Of a month in which more was credited than declared, more may have been granted than is left."""
    (bar,) = bars([Value("a", 100, "1,00", part=300, told="1,00, waarvan 3,00")])
    assert (bar.width, bar.part, bar.told) == ("100.00%", "100.00%", "1,00, waarvan 3,00")
    assert [bar.width for bar in bars([Value("a", -5, "-0,05"), Value("b", 0, "0,00")])] == ["0.00%", "0.00%"]
    assert bars([]) == []
