"""Any other resource, blocking."""

from __future__ import annotations

from typing import Final

from truto_async.resources.generic import AsyncGenericResource
from truto_sync._blocking import Facade, blocking, paged

__all__ = ["GenericResource"]


class GenericResource(Facade[AsyncGenericResource]):  # noqa: D101  # its twin says it
    __doc__ = AsyncGenericResource.__doc__

    get: Final = blocking(AsyncGenericResource.get)
    list: Final = paged(AsyncGenericResource.list)
    create: Final = blocking(AsyncGenericResource.create)
    update: Final = blocking(AsyncGenericResource.update)
    delete: Final = blocking(AsyncGenericResource.delete)
