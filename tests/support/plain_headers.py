"""What every answer must say to a browser, and what none of its pages may hold."""

import re

import httpx2 as httpx

_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
}
_POLICY = {
    "default-src": "'none'", "script-src": "'self'", "base-uri": "'none'",
    "form-action": "'self'", "frame-ancestors": "'none'",
}  # fmt: skip
# A picture on its own has its style in itself, and may do nothing at all.
_PICTURES_POLICY = {
    "default-src": "'none'", "style-src": "'unsafe-inline'", "base-uri": "'none'",
    "frame-ancestors": "'none'",
}  # fmt: skip
# What to look for first, and the pattern that decides.
_INLINE = {
    "a script in the page": ("<script", re.compile(r"<script(?![^>]*\bsrc=)")),
    "a style in the page": ("<style", re.compile(r"<style\b")),
    "a style on an element": (" style=", re.compile(r"<[^<>]+\sstyle=")),
    "a handler on an element": (" on", re.compile(r"<[^<>]+\son[a-z]+=\"")),
    "something from elsewhere": (
        "//",
        re.compile(r'<(?:script|img|iframe|link|source)\b[^<>]*\b(?:src|href)="(?:https?:)?//'),
    ),
}


def faults_of(answer: httpx.Response, *, reads: bool = True) -> list[str]:
    """What is missing around an answer; with `reads`, what must not be in it, either."""
    headers, of = answer.headers, answer.headers.get("content-type", "")
    always = {**_ALWAYS, "cache-control": _kept(answer.request.url.path, of)}
    found = [f"{name}: {headers.get(name)}" for name in always if headers.get(name) != always[name]]
    policy = policy_of(answer)
    if of.startswith("image/svg") and policy == _PICTURES_POLICY:
        return found
    found += [f"{name} {policy.get(name)}" for name in _POLICY if policy.get(name) != _POLICY[name]]
    if "unsafe" in headers.get("content-security-policy", ""):
        found.append("an unsafe policy")
    if reads and of.startswith("text/html"):
        text = answer.text
        found += [
            what
            for what, (sign, pattern) in _INLINE.items()
            if sign in text and pattern.search(text)
        ]
    return found


def _kept(path: str, of: str) -> str:
    if path.startswith("/f/") and of.startswith("text/calendar"):
        return "private, no-cache"  # a calendar asks if it has changed
    return "no-cache" if path.startswith("/static/") and of != "text/html" else "no-store"


def policy_of(answer: httpx.Response) -> dict[str, str]:
    """The content security policy, by directive."""
    parts = answer.headers.get("content-security-policy", "").split(";")
    return {name: value for name, _, value in (part.strip().partition(" ") for part in parts)}
