"""Which function answers which operation of Stripe's API."""

ROUTES = {}


def route(method, template):
    """Registers `answer(sim, call) -> object`; the template is the one in the schema."""

    def register(answer):
        ROUTES[method.lower(), template] = answer
        return answer

    return register
