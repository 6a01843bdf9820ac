"""A secret that can be exchanged while it is in use."""

from pydantic import SecretStr


class Current:
    """Holds the secret that counts now, for whoever looks at it each time."""

    def __init__(self, secret: SecretStr) -> None:
        self._secret = secret

    def get_secret_value(self) -> str:
        """Return it as it is now."""
        return self._secret.get_secret_value()

    def use(self, secret: SecretStr) -> None:
        """Let *secret* count from here on."""
        self._secret = secret


AnySecret = SecretStr | Current
