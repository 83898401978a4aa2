"""How an answer becomes bytes."""

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

import orjson
from django.utils.cache import patch_vary_headers
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from api.problems import MEDIA_TYPE

READ = frozenset({"GET", "HEAD"})


class VersionedJSONRenderer(JSONRenderer):
    """JSON; an object with a `version` carries it as its ETag too, so that no view can forget.

    One that is read has a digest behind the version: what may be done with it changes with the clock and with the
    policy while its version stays, and "not modified" must not hide that. `If-Match` looks at the version alone.
    """

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        """Write the JSON and set the ETag."""
        body = b"" if data is None else self._written(data, accepted_media_type, renderer_context)
        response = (renderer_context or {}).get("response")
        if response is not None:
            response.setdefault("Cache-Control", "private, no-cache")
            patch_vary_headers(response, ("Accept-Encoding", "Accept-Language"))
            if response.content_type != MEDIA_TYPE and isinstance(data, dict) and "version" in data:
                response["ETag"] = _tag(data["version"], body, response, renderer_context or {})
        return body

    def _written(self, data: Any, accepted: str | None, context: Mapping[str, Any] | None) -> bytes:
        try:
            return orjson.dumps(data, default=self.encoder_class().default, option=orjson.OPT_NON_STR_KEYS)
        except orjson.JSONEncodeError:  # a number of more than 64 bits
            written: bytes = super().render(data, accepted, context)
            return written


def _tag(version: int, body: bytes, response: Response, context: Mapping[str, Any]) -> str:
    """Return the version as a tag, of an object that is read with a digest of all that the answer says."""
    if response.status_code != 200 or getattr(context.get("request"), "method", None) not in READ:
        return f'"{version}"'
    return f'"{version}-{blake2b(body, digest_size=12).hexdigest()}"'
