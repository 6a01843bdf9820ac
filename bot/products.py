"""The products of Tencent Cloud that are spoken to: names, regions, endpoints."""

import re
from collections.abc import Sequence
from typing import Literal, get_args
from urllib.parse import urlsplit

ENDPOINTS = "https under tencentcloudapi.com, or http on loopback"
TRIAL_ENDPOINTS = "https or http on loopback, as BOT_TRIAL_CA is set"

Region = Literal[
    "ap-singapore", "ap-hongkong", "ap-guangzhou", "ap-beijing", "ap-shanghai"
]
# https://www.tencentcloud.com/document/product/647/48247: "on the international site
# only ap-guangzhou, ap-hongkong, ap-singapore"; the mainland site has pages of its own.
INTERNATIONAL: tuple[Region, ...] = ("ap-singapore", "ap-hongkong", "ap-guangzhou")
MAINLAND: tuple[Region, ...] = (
    "ap-guangzhou",
    "ap-beijing",
    "ap-shanghai",
    "ap-hongkong",
)
# https://cloud.tencent.com/document/api/647/50426 and
# https://www.tencentcloud.com/document/product/647/34268: where rooms are looked after,
# and looked back at, which is not where relays run.
ROOMS_MAINLAND: tuple[Region, ...] = ("ap-guangzhou", "ap-beijing")
ROOMS_INTERNATIONAL: tuple[Region, ...] = ("ap-singapore", "ap-guangzhou", "ap-beijing")
REGIONS: tuple[Region, ...] = get_args(Region)
Product = Literal["trtc", "car", "gs"]
PRODUCTS: tuple[Product, ...] = get_args(Product)
# What is asked about things of another product, where an endpoint is set for it.
Beside = Literal["live"]
BESIDE: tuple[Beside, ...] = get_args(Beside)
ACCOUNTS: tuple[Product | Beside, ...] = (*PRODUCTS, *BESIDE)
SITES = ".tencentcloudapi.com"


_LOOPBACK = r"://(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])(?::[0-9]+)?/?"
_ENDPOINT = re.compile(
    r"https://(?:[a-z0-9-]+\.)+tencentcloudapi\.com(?::[0-9]+)?/?|http" + _LOOPBACK
)
_TRIAL_ENDPOINT = re.compile("https?" + _LOOPBACK)


def is_endpoint(url: str, *, trial: bool = False) -> bool:
    """Tell whether signed requests may go to *url*: a host and a port, no path.

    *trial*: a CA of a trial is trusted, so nothing but this machine is reached.
    """
    allowed = _TRIAL_ENDPOINT if trial else _ENDPOINT
    return allowed.fullmatch(url) is not None


def is_real(url: str) -> bool:
    """Tell whether the endpoint *url* is Tencent's, and not one of a trial."""
    return (urlsplit(url).hostname or "").endswith(SITES)


def regions_of(endpoint: str) -> tuple[Region, ...]:
    """Return the regions in which the site of *endpoint* runs relays.

    Of an endpoint on loopback it cannot be told which site is behind it: all of them.
    """
    if not is_real(endpoint):
        return REGIONS
    return MAINLAND if is_mainland(endpoint) else INTERNATIONAL


def region_for_rooms(site: Sequence[str], own: str) -> Region:
    """Return the region for an action on a room, by the regions of the *site*.

    It is the app's *own* where that action is to be had there.
    """
    mainland = tuple(site) == MAINLAND
    allowed = ROOMS_MAINLAND if mainland else ROOMS_INTERNATIONAL
    return next((one for one in allowed if one == own), allowed[0])


def is_mainland(endpoint: str) -> bool:
    """Tell whether *endpoint*, which is real, is of the mainland site."""
    return ".intl." not in f".{urlsplit(endpoint).hostname}"
