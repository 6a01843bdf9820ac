"""The accounts of the products, as the settings have them."""

from bot.products import ACCOUNTS
from bot.settings import Settings
from bot.tencent.client import Account
from bot.tencent.tc3 import Credential


def accounts_of(settings: Settings) -> dict[str, Account]:
    """Return the account of each product that *settings* have a whole key for.

    Raises:
        SettingsError: an endpoint is not Tencent's.
    """
    accounts: dict[str, Account] = {}
    for product in ACCOUNTS:
        account = settings.account(product)
        if account.endpoint and account.secret_id and account.secret_key:
            key = Credential(
                account.secret_id.get_secret_value(), account.secret_key, account.token
            )
            trial = settings.trial_ca is not None
            accounts[product] = Account(account.endpoint, key, trial)
    return accounts
