"""A handler can vouch for a request whatever server it came through."""

from aiohttp.test_utils import make_mocked_request

from bot.runtime.signed import CALLER, vouch


class Connection:
    vouched_for = 0

    def reading(self):
        """Nor here."""

    def whole(self):
        """Not asked here."""

    def vouched(self):
        self.vouched_for += 1


def test_the_connection_hears_that_its_request_is_genuine():
    request, connection = make_mocked_request("POST", "/"), Connection()
    request[CALLER] = connection

    vouch(request)

    assert connection.vouched_for == 1


def test_a_request_without_one_is_vouched_for_in_vain():
    request = make_mocked_request("POST", "/")

    vouch(request)

    assert CALLER not in request
