"""A request as the rest of the simulator sees it."""

from dataclasses import dataclass


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: object
    body: bytes
    base_url: str
