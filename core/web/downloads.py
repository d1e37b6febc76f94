"""Files to take away: a generated name, never shown inside the page, never sniffed."""

from urllib.parse import quote

from flask import Response


def download(data: bytes, *, name: str, mimetype: str) -> Response:
    """An attachment called ``name``; the ASCII fallback keeps only the extension."""
    extension = name.rpartition(".")[2]
    disposition = f"attachment; filename=\"download.{extension}\"; filename*=UTF-8''{quote(name)}"
    return Response(data, mimetype=mimetype, headers={"Content-Disposition": disposition})
