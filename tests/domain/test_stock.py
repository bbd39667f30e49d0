"""What bills take from the shelf."""

from domain.stock import shown, taken


def test_products_and_materials_take_from_the_shelf_and_procedures_do_not() -> None:
    lines = [
        ("material", "gauze", 1_500),
        ("product", "gauze", 500),
        ("product", "brace", 1_000),
        ("procedure", "gauze", 9_000),
        ("product", "", 1_000),
        ("manual", "brace", 1_000),
    ]
    assert taken(lines) == {"gauze": 2_000, "brace": 1_000}


def test_quantities_are_said_as_people_say_them() -> None:
    assert [shown(each) for each in (2_000, 1_500, 1_005, -250, 0)] == ["2", "1.5", "1.005", "-0.25", "0"]
