"""The payment gateway."""

from .outside import Service

service = Service()
calls = service.calls
fails_in_turn = service.fails_in_turn
checks_until_settled = 0


class GatewayDown(Exception):
    """The gateway does not answer; a later call may succeed."""


class CardRefused(Exception):
    """The bank said no; asking again changes nothing."""


def fails(
    with_: Exception = GatewayDown("busy"),  # noqa: B008 - it is only ever copied
    times: int | None = None,
) -> None:
    """Let the next calls fail, all of them or so many."""
    service.fails(with_, times)


def settles_after(checks: int) -> None:
    """Let so many calls of `is_settled` say no before one says yes."""
    global checks_until_settled
    checks_until_settled = checks


def charge(order_id: int) -> str:
    """Take the money for an order; return the receipt's number."""
    service.answer("charge", order_id)
    return f"receipt-{order_id}"


def charge_all(order_ids: list[int]) -> None:
    """Take the money for several orders at once.

    Raises an ``ExceptionGroup`` (Python 3.11) of what failed.
    """
    failures: list[Exception] = []
    for order_id in order_ids:
        try:
            charge(order_id)
        except Exception as failure:
            failures.append(failure)
    if failures:
        raise ExceptionGroup("not all orders were charged", failures)  # noqa: F821 - Python 3.11


def refund(order_id: int) -> str:
    """Give the money for an order back; return the receipt's number."""
    service.answer("refund", order_id)
    return f"refund-{order_id}"


def is_settled(order_id: int) -> bool:
    """Whether the bank has settled the payment for an order."""
    global checks_until_settled
    service.answer("is_settled", order_id)
    checks_until_settled -= 1
    return checks_until_settled < 0


def fetch_rates() -> dict[str, float]:
    """Today's exchange rates."""
    service.answer("fetch_rates")
    return {"EUR": 1.0, "USD": 1.1}


def reset() -> None:
    """Forget all calls and orders."""
    service.reset()
    settles_after(0)
