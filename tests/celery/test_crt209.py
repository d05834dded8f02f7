"""CRT209: from an except* clause the retry may leave inside a group.

Python 3.10 has no except*: there the example is no program, and that is what is tested.
"""

import sys

import pytest
from shop import gateway
from shop.gateway import CardRefused, GatewayDown

BOTH = GatewayDown("busy"), CardRefused("card expired")

if sys.version_info < (3, 11):

    def test_the_example_is_no_python(page):
        with pytest.raises(SyntaxError):
            compile(page.example, "example", "exec")

else:

    def test_with_another_exception_in_the_group_the_run_fails_though_its_retry_is_sent(lab, page):
        gateway.fails_in_turn(*BOTH)

        seen = lab.run(page.example, "charge_orders", [7, 8])

        assert seen.ends == ["FAILURE", "SUCCESS"]
        assert len(seen.messages) == 2

    def test_two_clauses_that_retry_send_two(lab, page):
        source = page.example.replace("import GatewayDown", "import CardRefused, GatewayDown")
        source += "    except* CardRefused as refused:\n        raise self.retry(exc=refused)\n"
        gateway.fails_in_turn(*BOTH)

        seen = lab.run(source, "charge_orders", [7, 8])

        assert seen.ends == ["FAILURE", "SUCCESS", "SUCCESS"]

    def test_where_the_clause_handles_all_there_is_the_retry_is_a_retry(lab, page):
        gateway.fails(times=2)

        seen = lab.run(page.example, "charge_orders", [7, 8])

        assert seen.ends == ["RETRY", "SUCCESS"]

    def test_a_plain_handler_decides_for_the_whole_group(lab, page):
        gateway.fails_in_turn(*BOTH)

        seen = lab.run(page.use_instead, "charge_orders", [7, 8])

        assert seen.ends == ["FAILURE"]
        assert len(seen.messages) == 1

    def test_a_plain_handler_retries(lab, page):
        gateway.fails(times=2)

        assert lab.run(page.use_instead, "charge_orders", [7, 8]).ends == ["RETRY", "SUCCESS"]
