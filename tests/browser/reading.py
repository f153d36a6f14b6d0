"""What a program can see of how a page is read: by axe, by ear, on a narrow screen."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.support.chromium import BASE, ENLARGED, NARROWEST

_AXE = Axe().axe_script
_RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
_STICKS_OUT = """() => {
  if (document.documentElement.scrollWidth <= window.innerWidth) return [];
  const found = [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(-3).map(one => one.outerHTML.slice(0, 120));
  return found.length ? found : [`${document.documentElement.scrollWidth} px of text`];
}"""
# The names are those that axe works out; a field is told apart by the groups that it stands in.
_NAMED = """() => {
  axe.setup(document.body);
  const text = axe.commons.text.accessibleText;
  const heard = one => text(one).replace(/\\s+/g, ' ').trim();
  const groups = one => {
    const said = [];
    const group = from => from.closest('fieldset, [role=group]');
    for (let up = group(one); up; up = group(up.parentElement))
      said.push(up.ariaLabel || up.querySelector('legend')?.innerText.trim());
    return said.join(' < ');
  };
  const sent = one => {
    const kept = one.form ? [...one.form.querySelectorAll('input[type=hidden]')] : [];
    const own = kept.filter(it => !['token', 'key'].includes(it.name));
    const told = own.map(it => it.name + '=' + it.value);
    return [one.formAction, one.name, one.value, ...told].join(' ');
  };
  const found = [];
  for (const one of document.querySelectorAll('a[href], button, input, select, textarea')) {
    if (one.type === 'hidden' || one.closest('[aria-hidden=true]')) continue;
    if (!one.checkVisibility()) continue;
    if (one.tagName === 'A') found.push(['link', heard(one), one.href]);
    else if (one.tagName === 'BUTTON') found.push(['button', heard(one), sent(one)]);
    else found.push([one.type + ' in «' + groups(one) + '»', heard(one), one.name + one.value]);
  }
  axe.teardown();
  return found;
}"""


def axe_says(page: Page, *, dark: bool = True) -> list[str]:
    """What breaks WCAG 2.2 AA on this page as far as a program can see, and where.

    In the light, and the colours in the dark too.
    """
    _bring_axe(page)
    said = _broken(page, _RULES)
    if dark:
        page.emulate_media(color_scheme="dark")
        said += [f"in the dark: {one}" for one in _broken(page, _COLOURS)]
        page.emulate_media(color_scheme="light")
    return said


def sounds_alike(page: Page) -> list[str]:
    """Links, buttons and fields with one name that do different things; and those without any."""
    _bring_axe(page)
    does: dict[tuple[str, str], set[str]] = {}
    for role, name, what in page.evaluate(_NAMED):
        does.setdefault((role, name), set()).add(what)
    return [
        f"{_where(page)}: {role} «{name}»: {sorted(what)[:3]}"
        for (role, name), what in does.items()
        if len(what) > 1 or not name
    ]


def cut_off(page: Page) -> list[str]:
    """What sticks out at 200 % (640 px of 1280), or of the narrowest screen (400 %: WCAG 1.4.10).

    What is in a box that scrolls by itself (a drawing, a wide table) doesn't.
    """
    size, found = page.viewport_size, []
    for narrow in (ENLARGED, NARROWEST):
        page.set_viewport_size(narrow)  # type: ignore[arg-type]
        sticks_out = page.evaluate(_STICKS_OUT)
        found += [f"{_where(page)} at {narrow['width']} px: {one}" for one in sticks_out]
    if size:
        page.set_viewport_size(size)
    return found


def _bring_axe(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)


def _broken(page: Page, rules: dict[str, Any]) -> list[str]:
    violations = page.evaluate("rules => axe.run(rules).then(found => found.violations)", rules)
    return [
        f"{_where(page)}: {broken['id']}: {broken['help']}: {node['target']}"
        f" {' '.join(node.get('failureSummary', '').split())}"
        for broken in violations
        for node in broken["nodes"][:3]
    ]


def _where(page: Page) -> str:
    return page.url.removeprefix(BASE)
