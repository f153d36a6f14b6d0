"""Style sheets, scripts and pictures: kept by the browser, which asks each time if they changed."""

from typing import Any

from fastapi.staticfiles import StaticFiles
from starlette.responses import Response

from services.cases.web.templating import STATIC


class OwnFiles(StaticFiles):
    """Our own files. Pages are kept nowhere (`Guard`); these name nobody."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["cache-control"] = "no-cache"
        return response
