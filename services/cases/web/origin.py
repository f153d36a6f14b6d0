"""Where a request is from: whether a form was sent from our own page, and where a page is found."""

from urllib.parse import urlencode, urlsplit

from fastapi import Request

# What was just done, and what it was about: in the address that a command leads on to.
DONE, ABOUT = "klart", "om"
SAID_ONCE = (DONE, ABOUT)


def from_our_own_page(request: Request, public_url: str, *, hidden: bool = False) -> bool:
    """No other site sends the form in a visitor's name; who sends neither header is no browser.

    `hidden`: also let pass a browser that hides where it comes from (Origin: null, as our own
    Referrer-Policy makes older ones do), since the form holds a token that other sites can't know.
    """
    if (site := request.headers.get("sec-fetch-site")) is not None:
        return site in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None or (hidden and origin == "null"):
        return True
    try:
        host = urlsplit(origin).netloc
    except ValueError:  # no address at all: nobody's, so not ours
        return False
    return host in (request.headers.get("host"), urlsplit(public_url).netloc)


def address_of(request: Request) -> str | None:
    """Where the page is found again, with its query; None for one that answers a form.

    Without what was just done, which is said once.
    """
    if request.method != "GET":
        return None
    asked = request.query_params.multi_items()
    query = urlencode([(name, value) for name, value in asked if name not in SAID_ONCE])
    return f"{request.url.path}?{query}" if query else request.url.path
