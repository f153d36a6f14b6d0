"""Two ways to use a page: with a pointer, and by keyboard alone.

A story is told once, in what a person does («fill in the child's name»), and done by either. The
keyboard starts where the focus is and goes on with Tab, as one does who has nothing else; what it
can't reach, nobody without a mouse can.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from playwright.sync_api import Locator, Page

_MOST_TABS = 250
_IS_HERE = "one => one === document.activeElement"
_CHOSEN = "one => one.selectedOptions[0].label"
_ONE_IS_HERE = "all => all.includes(document.activeElement)"
# What is wrong with how the focus is seen where it is (WCAG 2.4.7, 2.4.11), and what has it.
_SEEN = """() => {
  const one = document.activeElement;
  const path = [];
  for (let up = one; up && up !== document.body; up = up.parentElement)
    path.push(up.tagName + [...up.parentElement.children].indexOf(up));
  if (!path.length || document.fullscreenElement) return ['', path.join(' ')];
  const style = getComputedStyle(one), box = one.getClientRects()[0];
  const parts = ['date', 'time'].includes(one.type);  // the browser marks the part it is on
  const drawn = parts || style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  if (!drawn && style.boxShadow === 'none') return ['has no mark of focus', one.outerHTML];
  if (!box || box.bottom <= 0 || box.top >= innerHeight || box.right <= 0 || box.left >= innerWidth)
    return ['is out of sight', one.outerHTML];
  const x = Math.min(Math.max((box.left + box.right) / 2, 1), innerWidth - 1);
  const y = Math.min(Math.max((box.top + box.bottom) / 2, 1), innerHeight - 1);
  const top = document.elementFromPoint(x, y);
  const free = !top || one.contains(top) || top.contains(one);
  return [free ? '' : 'lies under something', free ? path.join(' ') : one.outerHTML];
}"""


class Hands(Protocol):
    """What a person does on a page; each thing is called by the words that one reads.

    `within`: the group of fields where it is, if there are several of that name.
    """

    page: Page

    def fill(self, label: str, text: str, *, within: str = "") -> None: ...
    def choose(self, group: str, option: str, *, within: str = "") -> None: ...
    def take(self, radio: Locator) -> None: ...
    def pick(self, label: str, option: str) -> None: ...
    def tick(self, label: str) -> None: ...
    def press(self, button: str) -> None: ...
    def follow(self, link: str) -> None: ...


class Pointer:
    """A mouse or a finger."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, label: str, text: str, *, within: str = "") -> None:
        _field(self.page, label, within).fill(text)

    def choose(self, group: str, option: str, *, within: str = "") -> None:
        self.take(_radio(self.page, group, option, within))

    def take(self, radio: Locator) -> None:
        radio.check()

    def pick(self, label: str, option: str) -> None:
        target = _field(self.page, label)
        said = target.locator("option").filter(has_text=option).first.inner_text()
        target.select_option(label=said)

    def tick(self, label: str) -> None:
        _box(self.page, label).check()

    def press(self, button: str) -> None:
        with _leading_on(self.page):
            _button(self.page, button).click()

    def follow(self, link: str) -> None:
        with _leading_on(self.page):
            _link(self.page, link).click()


class Keys:
    """Tab, arrows, space, Enter and letters. No mouse is there."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, label: str, text: str, *, within: str = "") -> None:
        target = _field(self.page, label, within)
        self._go_to(target)
        if target.get_attribute("type") == "date":
            year, month, day = text.split("-")
            self.page.keyboard.type(f"{month}{day}{year}")  # as this browser shows its parts
        elif target.get_attribute("type") == "time":
            self.page.keyboard.type(f"{text.replace(':', '')}AM")
        else:
            self.page.keyboard.press("ControlOrMeta+a")
            self.page.keyboard.type(text)
        assert target.input_value() == text, f"{label}: {target.input_value()}"

    def choose(self, group: str, option: str, *, within: str = "") -> None:
        self.take(_radio(self.page, group, option, within))

    def take(self, radio: Locator) -> None:
        """Tab comes to the chosen one of its name, or the first or last; arrows go on."""
        radio.wait_for()
        same = self.page.locator(f"input[type=radio][name='{radio.get_attribute('name')}']")
        self._tab_until(same)
        for _ in range(same.count()):
            if radio.evaluate(_IS_HERE):
                break
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Space")
        assert radio.is_checked(), f"{radio} can't be chosen by keyboard"

    def pick(self, label: str, option: str) -> None:
        target = _field(self.page, label)
        self._go_to(target)
        for _ in range(target.locator("option").count()):
            if option in str(target.evaluate(_CHOSEN)):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{label}: {option} can't be chosen by keyboard")

    def tick(self, label: str) -> None:
        target = _box(self.page, label)
        self._go_to(target)
        if not target.is_checked():
            self.page.keyboard.press("Space")

    def press(self, button: str) -> None:
        self._go_to(_button(self.page, button))
        with _leading_on(self.page):
            self.page.keyboard.press("Enter")

    def follow(self, link: str) -> None:
        self._go_to(_link(self.page, link))
        with _leading_on(self.page):
            self.page.keyboard.press("Enter")

    def tab(self, key: str = "Tab") -> str:
        """One step, to something on which the focus is seen; where it stands on the page."""
        self.page.keyboard.press(key)
        wrong, where = self.page.evaluate(_SEEN)
        assert not wrong, f"{self.page.url}: {where[:200]} {wrong}"
        return str(where)

    def _go_to(self, target: Locator) -> None:
        target.wait_for()
        self._tab_until(target)

    def _tab_until(self, targets: Locator) -> None:
        for _ in range(_MOST_TABS):
            if targets.evaluate_all(_ONE_IS_HERE):
                return
            self.tab()
        raise AssertionError(f"not reached by Tab: {targets} on {self.page.url}")


@contextmanager
def _leading_on(page: Page) -> Iterator[None]:
    """Until the page is there that this leads to: what is looked at next is never the last one."""
    with page.expect_navigation():
        yield


def _field(page: Page, label: str, within: str = "") -> Locator:
    return _part(page, within).get_by_label(label).first


def _radio(page: Page, group: str, option: str, within: str = "") -> Locator:
    options = _part(page, within).get_by_role("group", name=group).first
    return options.get_by_role("radio", name=option).first


def _box(page: Page, label: str) -> Locator:
    return page.get_by_role("checkbox", name=label).first


def _button(page: Page, name: str) -> Locator:
    return page.get_by_role("button", name=name).first


def _link(page: Page, name: str) -> Locator:
    """By its words in their order, with what only a screen reader says between or after them."""
    words = re.compile(r"\W+".join(map(re.escape, re.findall(r"\w+", name))))
    return page.get_by_role("link", name=words).first


def _part(page: Page, group: str) -> Page | Locator:
    return page.get_by_role("group", name=group).first if group else page
