"""Files to take away: a generated name in a header of plain signs, never sniffed."""

from urllib.parse import quote

from flask import Response


def download(data: bytes, *, name: str, mimetype: str, inline: bool = False) -> Response:
    """An attachment called ``name``; the ASCII fallback keeps only the extension.

    ``inline`` is for pictures that a page of ours shows: the name counts when they are saved.
    """
    extension = name.rpartition(".")[2]
    way = "inline" if inline else "attachment"
    disposition = f"{way}; filename=\"download.{extension}\"; filename*=UTF-8''{quote(name)}"
    return Response(data, mimetype=mimetype, headers={"Content-Disposition": disposition})
