"""Every link on every page leads somewhere, and every page can be found."""

import re

import pytest

from tests.support.markdown import PAGES, ROOT, headings, links, prose


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for path, anchor in links(page):
        assert path.exists(), path
        assert path == ROOT or ROOT in path.parents, f"{path} is not in this repository"
        assert not anchor or anchor in headings(path.relative_to(ROOT).as_posix()), f"{path}#{anchor}"


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached, todo = {"README.md"}, ["README.md"]
    while todo:
        for path, _ in links(todo.pop()):
            page = path.relative_to(ROOT).as_posix()
            if page in PAGES and page not in reached:
                reached.add(page)
                todo.append(page)
    assert set(PAGES) - reached == set()


@pytest.mark.parametrize("page", PAGES)
def test_a_list_of_contents_is_complete_and_in_order(page: str) -> None:
    """Where a page begins with a list of its chapters."""
    listed = re.findall(r"^- \[(.+?)\]\(#", prose(page).partition("\n## ")[0], re.MULTILINE)
    chapters = re.findall(r"^## (.+)$", prose(page), re.MULTILINE)
    assert not listed or listed == chapters
