"""Every request has its resource, and every resource its letter."""

from bot.ids import LETTERS
from bot.products import ACCOUNTS, PRODUCTS
from bot.resources.registry import RESOURCES
from bot.tencent.models import REQUESTS
from bot.tencent.models.base import Level, Repeat
from commands import COMMANDS


def test_every_kind_has_a_letter_that_is_taken_for_a_handle():
    assert [one.kind for one in RESOURCES.resources] == list(LETTERS)


def test_every_request_belongs_to_one_resource():
    assert {**RESOURCES.requests, **RESOURCES.looks} == REQUESTS
    assert not RESOURCES.requests.keys() & RESOURCES.looks.keys()


def test_every_resource_has_a_command_and_an_account():
    assert {one.command for one in RESOURCES.resources} <= COMMANDS.keys()
    assert {one.product for one in RESOURCES.resources} == set(PRODUCTS)


def test_what_only_looks_changes_nothing_and_is_of_a_product_with_an_account():
    looks = RESOURCES.looks.values()

    assert {one.level for one in looks} == {Level.READ}
    assert {one.repeat for one in looks} == {Repeat.SAFE}
    assert {one.service.name for one in looks} <= set(ACCOUNTS)


def test_every_timer_is_about_a_request_of_its_resource_and_has_its_name_alone():
    for resource in RESOURCES.resources:
        actions = {request.action for request in resource.requests}
        names = [timer.name for timer in resource.timers]
        assert {timer.action for timer in resource.timers} <= actions
        assert len(set(names)) == len(names)
