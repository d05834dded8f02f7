"""The shop's mail, by its own functions and by Django's."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from .outside import Service

service = Service()
calls = service.calls
fails = service.fails
reset = service.reset


class MailDown(Exception):
    """The mail server does not answer."""


class Backend(BaseEmailBackend):
    """Where Django's ``send_mail`` ends up."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Take the mails; return how many were sent."""
        for message in email_messages:
            service.answer("send_mail", message.subject)
        return len(email_messages)


def send_receipt(order_id: int) -> None:
    """Mail the receipt of an order to the customer."""
    service.answer("send_receipt", order_id)


def send_apology(order_id: int) -> None:
    """Mail the customer that the order could not be paid."""
    service.answer("send_apology", order_id)
