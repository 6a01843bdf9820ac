"""The products of Tencent Cloud that are spoken to: names, regions, endpoints."""

import re
from typing import Literal, get_args

ENDPOINTS = "https under tencentcloudapi.com, or http on loopback"
REGIONS = (
    "ap-singapore",
    "ap-hongkong",
    "ap-guangzhou",
    "ap-beijing",
    "ap-shanghai",
)

Region = Literal[
    "ap-singapore", "ap-hongkong", "ap-guangzhou", "ap-beijing", "ap-shanghai"
]
Product = Literal["trtc", "car", "gs"]
PRODUCTS: tuple[Product, ...] = get_args(Product)


_ENDPOINT = re.compile(
    r"https://(?:[a-z0-9-]+\.)+tencentcloudapi\.com(?::[0-9]+)?/?"
    r"|http://(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?/?"
)


def is_endpoint(url: str) -> bool:
    """Tell whether signed requests may go to *url*: a host and a port, no path."""
    return _ENDPOINT.fullmatch(url) is not None
