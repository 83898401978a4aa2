"""How an answer becomes bytes."""

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer

from api.problems import MEDIA_TYPE


class VersionedJSONRenderer(JSONRenderer):
    """JSON; an object with a `version` carries it as its ETag too, so that no view can forget."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Set the ETag and write the JSON."""
        response = (renderer_context or {}).get("response")
        if response is not None:
            response.setdefault("Cache-Control", "private, no-cache")
            if response.content_type != MEDIA_TYPE and isinstance(data, dict) and "version" in data:
                response["ETag"] = f'"{data["version"]}"'
        return super().render(data, accepted_media_type, renderer_context)
