"""What a person does at Stripe, and what goes wrong there: the simulator's control API in the words of the tests."""

DECLINED, DEBIT = "4000000000000002", "000123456789"


class StandIn:
    def __init__(self, address, session):
        self.address, self.session = address, session

    def control(self, method, path, /, **body):
        """One call of the control API. Raises for anything but 200."""
        answer = self.session.request(method, f"{self.address}/_control/{path}", json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def pay(self, checkout_id, **how):
        return self.control("POST", f"checkout/{checkout_id}/pay", **how)

    def onboard(self, account_id, outcome="active"):
        return self.control("POST", f"accounts/{account_id}/onboard", outcome=outcome)

    def fault(self, kind, path, **rule):
        """Let the next request to `path` (a glob) go wrong: see payments/simulator/faults.py."""
        return self.control("POST", "faults", kind=kind, path=path, **rule)

    def advance(self, **how):
        return self.control("POST", "clock", **how)

    def book(self):
        return self.control("GET", "book")

    def platform_balance(self, currency="usd"):
        """What the platform has at Stripe, pending and available, in minor units."""
        account = self.book()["platform_account"]
        rows = [row for row in self.book()["balances"] if (row["account"], row["currency"]) == (account, currency)]
        return sum(row["amount"] for row in rows)

    def transfers(self, group):
        return self.book()["groups"].get(group, {"transfers": []})["transfers"]

    def refunds(self, group):
        return self.book()["groups"].get(group, {"refunds": []})["refunds"]
