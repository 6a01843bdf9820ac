"""TC3 in a few lines: the key is made once a day.

https://www.tencentcloud.com/document/product/845/32209
"""

import hashlib
import hmac
import time


class Signer:
    """Signs what goes to *host* with the key pair *name*, *secret*."""

    def __init__(self, name, secret, host):
        self._name, self._secret, self._host = name, secret, host
        self._day, self._key, self._scope = -1, b"", ""
        signed = f"content-type:application/json\nhost:{host}\n"
        self._head = f"POST\n/\n\n{signed}\ncontent-type;host\n"

    def headers(self, body, action, version):
        """Return the headers with which *body* goes out."""
        now = int(time.time())
        if now // 86_400 != self._day:
            self._renew(now)
        whole = self._head + hashlib.sha256(body).hexdigest()
        digest = hashlib.sha256(whole.encode()).hexdigest()
        to_sign = f"TC3-HMAC-SHA256\n{now}\n{self._scope}\n{digest}".encode()
        signature = hmac.digest(self._key, to_sign, "sha256").hex()
        return {
            "Host": self._host,
            "Content-Type": "application/json",
            "X-TC-Action": action,
            "X-TC-Version": version,
            "X-TC-Region": "ap-singapore",
            "X-TC-Timestamp": str(now),
            "Authorization": (
                f"TC3-HMAC-SHA256 Credential={self._name}/{self._scope}, "
                f"SignedHeaders=content-type;host, Signature={signature}"
            ),
        }

    def _renew(self, now):
        date = time.strftime("%Y-%m-%d", time.gmtime(now))
        self._day, self._scope = now // 86_400, f"{date}/trtc/tc3_request"
        key = f"TC3{self._secret}".encode()
        for word in (date, "trtc", "tc3_request"):
            key = hmac.digest(key, word.encode(), "sha256")
        self._key = key
