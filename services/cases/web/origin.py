"""Whether a form was sent from our own page, as far as the browser says."""

from urllib.parse import urlsplit

from fastapi import Request


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
