# SPDX-License-Identifier: Apache-2.0

"""Why an event could not be delivered."""


class Undeliverable(Exception):
    """`code` is EventBridge's, as it is in the attribute ERROR_CODE of a dead letter. Without `is_retried`, another try
    would fail in the same way."""

    def __init__(self, code: str, message: str, is_retried: bool = False):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.is_retried = code, message, is_retried
