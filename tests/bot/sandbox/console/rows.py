"""What tests of the page look for on its panel."""


def row_of(page, room):
    """Return the row of *room*; its digits may stand in the ID of another's robot."""
    return page.locator(f'.relay:has(b[title^="Room {room} "])')
