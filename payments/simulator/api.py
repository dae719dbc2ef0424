"""One API request from the first byte to the last, in Stripe's order:
key, address, faults, parameters, idempotency, work, check of the answer, commit.
"""

import json
from contextlib import suppress
from dataclasses import dataclass, field

from . import errors
from .form_encoding import decode
from .identifiers import PLATFORM, new_id
from .routing import ROUTES


@dataclass
class Call:
    """A request that has been understood."""

    method: str
    path: str
    account: str
    request_id: str
    base_url: str = ""
    key: str | None = None
    version: str = ""
    ids: dict = field(default_factory=dict)
    params: dict = field(default_factory=dict)
    operation: object = None

    @property
    def endpoint(self):
        return self.path

    @property
    def is_v2(self):
        return self.path.startswith("/v2/")


@dataclass
class Answer:
    status: int
    body: str
    headers: dict = field(default_factory=dict)
    hang: float = 0  # seconds to hold the answer back
    drop: bool = False  # close the connection without an answer


class Api:
    def __init__(self, sim):
        self.sim = sim

    def answer(self, request):
        """`request` has method, path, query, headers, body and base_url."""
        call = None
        request_id = new_id("req", 14)
        try:
            call = self._understand(request, request_id)
            answer = self._serve(call, request)
        except errors.ApiError as error:
            answer = Answer(error.status, json.dumps(error.body(request_id)), dict(error.headers))
        except Exception:
            self.sim.report_bug(f"{request.method} {request.path}")
            answer = Answer(500, json.dumps(errors.server_error(False).body(request_id)))
        self._check(call, answer)
        answer.headers |= {"Request-Id": answer.headers.get("Request-Id", request_id)}
        answer.headers["Stripe-Version"] = request.headers.get("Stripe-Version", self.sim.schema.version)
        if call and call.key:
            answer.headers["Idempotency-Key"] = call.key
        if call and call.account != PLATFORM:
            answer.headers["Stripe-Account"] = call.account
        self.sim.log(request, answer)
        return answer

    def _check(self, call, answer):
        """Refusals and replays here; a fresh success was checked before it was committed (_result)."""
        if not answer.body:
            return
        self.sim.health.count("answers")
        problems = []
        if answer.status >= 400:
            problems = self.sim.schema.problems_of("error", json.loads(answer.body))
        elif "Idempotent-Replayed" in answer.headers:
            call.operation.check(json.loads(answer.body), "", problems)
        with suppress(errors.ApiError):  # it is counted and shouted; the answer was given before, or is a refusal
            self.sim.no_violation(problems, f"{answer.status} for {call.method} {call.path}" if call else "refusal")

    def _understand(self, request, request_id):
        self._authenticate(request.headers.get("Authorization", ""))
        operation = self.sim.schema.operation(request.method, request.path)
        if operation is None or (operation.method, operation.template) not in ROUTES:
            raise errors.unknown_url(request.method, request.path)
        call = Call(request.method, request.path, PLATFORM, request_id, operation=operation)
        call.base_url = self.sim.public_url or request.base_url
        call.ids, call.version = operation.ids, request.headers.get("Stripe-Version", "")
        if request.method == "POST" or (request.method == "DELETE" and call.is_v2):  # elsewhere it has no effect
            call.key = request.headers.get("Idempotency-Key") or None
        if call.key and len(call.key) > 255:
            raise errors.ApiError(400, "Idempotency keys can be up to 255 characters.", type="idempotency_error")
        call.account = self._acting_account(request.headers)
        return call

    def _authenticate(self, header):
        scheme, _, key = header.partition(" ")
        if not header:
            raise errors.unauthorized("You did not provide an API key. Use the Authorization header (Bearer auth).")
        if scheme != "Bearer" or not key.startswith(("sk_test_", "rk_test_")):
            raise errors.unauthorized(f"Invalid API Key provided: {key[:8]}{'*' * 8}")

    def _acting_account(self, headers):
        """https://docs.stripe.com/connect/authentication"""
        account = headers.get("Stripe-Account") or headers.get("Stripe-Context") or PLATFORM
        if account == PLATFORM:
            return account
        found = self.sim.store.find("v2.core.account", account)
        if found is None or found["closed"]:
            message = f"The provided key does not have access to account '{account}' (or it does not exist)."
            raise errors.invalid(message, code="account_invalid", status=403)
        return account

    def _serve(self, call, request):
        early = self._fault(call, "before")
        if early and early["kind"] in ("timeout", "drop"):
            return Answer(0, "", hang=early["seconds"] if early["kind"] == "timeout" else 0, drop=True)
        if early and early["kind"] in ("rate_limit", "lock_timeout"):
            raise (
                errors.rate_limited() if early["kind"] == "rate_limit" else errors.lock_timeout(early["status"] or 429)
            )
        if early and early["kind"] == "error_500" and not early["stored"]:
            raise errors.server_error(False)
        call.params = self._read(call, request)
        with self.sim.idempotency.claim(call.account, call.key):
            if early and early["kind"] == "delay":
                self.sim.sleep(early["seconds"])
            with self.sim.work():
                answer = self._replay_or_work(call, early)
        return answer

    def _read(self, call, request):
        if call.method == "GET" or not call.is_v2:
            params = _form(request.query if call.method == "GET" else request.body)
        else:
            params = _json_object(request.body)
        problems = []
        params = call.operation.read(params, "", problems)
        self.sim.health.count("requests")
        if problems:
            raise _complaint(problems[0])
        return params

    def _replay_or_work(self, call, early):
        if call.key:
            row = self.sim.idempotency.replay(call.account, call.key, call.endpoint, call.params)
            if row:
                headers = {"Idempotent-Replayed": "true", "Original-Request": row["request_id"]}
                headers |= errors.STORED_HEADERS if row["status"] >= 500 else {}
                return self._late_fault(call, Answer(row["status"], row["body"], headers), replayed=True)
        answer = self._work(call, early)
        return self._late_fault(call, answer)

    def _work(self, call, early):
        """Runs the operation; an error undoes its effects but is itself remembered."""
        try:
            with self.sim.store.savepoint():
                if early and early["kind"] == "error_500":
                    raise errors.server_error(True)
                if early and early["kind"] == "error":
                    raise self.sim.scripted_error(early)
                answer = Answer(200, json.dumps(self._result(call)))
        except errors.ApiError as error:
            answer = Answer(error.status, json.dumps(error.body(call.request_id)))
            if not error.saved:
                return answer
        self._remember(call, answer)
        return answer

    def _result(self, call):
        self.sim.events.request = {"id": call.request_id, "idempotency_key": call.key}
        try:
            result = ROUTES[call.operation.method, call.operation.template](self.sim, call)
        finally:
            self.sim.events.request = None
        problems = []
        call.operation.check(result, "", problems)
        self.sim.no_violation(problems, f"{call.method} {call.path}")
        return result

    def _remember(self, call, answer):
        if not call.key or (call.is_v2 and answer.status >= 400):
            return
        self.sim.idempotency.save(
            *(call.account, call.key, call.endpoint, call.params),
            status=answer.status,
            body=answer.body,
            request_id=call.request_id,
        )
        answer.headers |= errors.STORED_HEADERS if answer.status >= 500 else {}

    def _late_fault(self, call, answer, replayed=False):
        """The work is done; what the caller hears of it may still go wrong."""
        late = self._fault(call, "after")
        if late is None:
            return answer
        if late["kind"] == "error_500":
            failed = Answer(500, json.dumps(errors.server_error(True).body(call.request_id)))
            if late["stored"] and not replayed:
                self._remember(call, failed)
            return failed
        answer.hang = late["seconds"] if late["kind"] in ("timeout", "delay") else 0
        answer.drop = late["kind"] != "delay"
        return answer

    def _fault(self, call, when):
        return self.sim.faults.take(call.method, call.path, when)


def _form(encoded):
    try:
        return decode(encoded if isinstance(encoded, str) else encoded.decode())
    except ValueError as error:  # not UTF-8, or nested beyond reason
        raise errors.invalid(f"The request body could not be read: {error}") from error


def _json_object(body):
    try:
        found = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise errors.invalid("The request body is not a JSON object.")
    return found


def _complaint(problem):
    """https://docs.stripe.com/error-codes#parameter-unknown and its neighbours"""
    if problem.kind == "unknown":
        message, code = f"Received unknown parameter: {problem.param}", "parameter_unknown"
    elif problem.kind == "missing":
        message, code = f"Missing required param: {problem.param}.", "parameter_missing"
    elif problem.detail.startswith("Invalid integer"):
        message, code = problem.detail, "parameter_invalid_integer"
    else:
        message, code = f"Invalid {problem.param}: {problem.detail}", None
    error = errors.invalid(message, code=code, param=problem.param)
    error.saved = False
    return error
