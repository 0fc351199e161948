"""Secrets in a query string, for services that want them there, kept out of logs and errors."""

import httpx

PRIVATE_QUERY = "anhu.private_query"
"""Name of the request extension (a mapping of strings) that becomes the query."""


class PrivateQueryTransport(httpx.BaseTransport):
    """Adds the query below the layer that logs.

    httpx writes the address of each request to its log and keeps it in its errors. So the client's request has no
    query; it is added only on the way to the network.
    """

    def __init__(self, network: httpx.BaseTransport) -> None:
        self._network = network

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        query = request.extensions.get(PRIVATE_QUERY, {})
        return self._network.handle_request(
            httpx.Request(
                request.method,
                request.url.copy_merge_params(query),
                headers=request.headers,
                stream=request.stream,
                extensions={name: value for name, value in request.extensions.items() if name != PRIVATE_QUERY},
            )
        )

    def close(self) -> None:
        self._network.close()
