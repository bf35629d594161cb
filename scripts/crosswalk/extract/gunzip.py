"""Unpacking a gzip stream piece by piece, checked to its end, in bounded memory."""

from collections.abc import Iterable, Iterator
from typing import cast

from crosswalk.gzip_stream import CHUNK, BadGzipError

_GZIP = 31  # zlib's number for a gzip header and trailer


def gunzipped(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The content of a stream of one or more members. Raises BadGzipError where it is not whole, checksums included."""
    from isal import isal_zlib

    fault = cast("type[Exception]", isal_zlib.error)
    inflate, within = isal_zlib.decompressobj(wbits=_GZIP), True
    for piece in pieces:
        left = piece
        while left and (within or left.strip(b"\0")):  # zeros after the last member are padding
            within = True
            try:
                text: bytes = inflate.decompress(left, CHUNK)
            except fault as error:
                raise BadGzipError(f"its gzip data is corrupt ({error})") from error
            if text:
                yield text
            left = inflate.unconsumed_tail
            if inflate.eof:
                left, within = inflate.unused_data, False
                inflate = isal_zlib.decompressobj(wbits=_GZIP)
    if within:
        raise BadGzipError("its gzip data ends too early")
