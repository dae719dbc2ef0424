"""The simulator's control API (docs/simulator.md): what happens at Stripe, and what goes wrong there."""

import requests


class NotDone(Exception):
    """The simulator did not answer (it may be frozen), or refused."""


class AtStripe:
    def __init__(self, address):
        self.address = address

    def ask(self, method, path, given=None, *, wait=5):
        """`wait`: seconds for the answer. Raises NotDone."""
        try:
            answer = requests.request(method, f"{self.address}/_control/{path}", json=given or {}, timeout=wait)
        except requests.RequestException as error:
            raise NotDone(f"{path}: {error}") from error
        if answer.status_code != 200:
            raise NotDone(f"{path}: {answer.text[:300]}")
        return answer.json()

    # --- People at Stripe's pages ---

    def pay(self, checkout, **how):
        """{"card": …} or {"bank": …}. Returns the outcome: paid, declined, processing."""
        return self.ask("POST", f"checkout/{checkout}/pay", how)["outcome"]

    def pay_on_page(self, page, card, email):
        """Fill in the hosted page. Returns the address that it leads back to, or None where nothing was paid."""
        entered = {"method": "card", "number": card, "expiry": "12 / 34", "cvc": "123", "email": email, "name": "Payer"}
        try:
            answer = requests.post(page, data=entered, timeout=5, allow_redirects=False)
        except requests.RequestException as error:
            raise NotDone(f"{page}: {error}") from error
        return answer.headers.get("Location")

    def settle_debit(self, checkout, outcome):
        return self.ask("POST", f"checkout/{checkout}/settle", {"outcome": outcome})

    def onboard(self, account, outcome="active"):
        return self.ask("POST", f"accounts/{account}/onboard", {"outcome": outcome})

    def decide(self, account, status):
        return self.ask("POST", f"accounts/{account}/capability", {"status": status})

    def charge_back(self, charge):
        return self.ask("POST", f"charges/{charge}/dispute", {"reason": "fraudulent"})["id"]

    def close_chargeback(self, dispute, result):
        """`win` or `lose`."""
        return self.ask("POST", f"disputes/{dispute}/{result}")

    def top_up(self, amount):
        """Our own money, from our bank account."""
        return self.ask("POST", "topup", {"amount": amount})

    # --- What goes wrong ---

    def break_once(self, **rule):
        return self.ask("POST", "faults", rule)["id"]

    def faults(self):
        return self.ask("GET", "faults")["faults"]

    def mend(self, fault=None):
        self.ask("DELETE", f"faults/{fault}" if fault else "faults")

    def turn_webhooks(self, **knobs):
        return self.ask("POST", "webhooks", knobs)

    def forget_keys(self):
        return self.ask("POST", "idempotency/forget")["forgotten"]

    def advance(self, seconds):
        return self.ask("POST", "clock", {"seconds": seconds}, wait=60)

    # --- What is written there ---

    def health(self):
        return self.ask("GET", "health")

    def book(self):
        return self.ask("GET", "book", wait=60)

    def accounts(self):
        return self.ask("GET", "accounts", wait=60)["accounts"]

    def deliveries(self):
        return self.ask("GET", "deliveries?limit=1000000", wait=60)["deliveries"]
