class Pages:
    def __init__(self, sim):
        self.sim = sim

    def answer(self, request, local):
        return 404, {"Content-Type": "text/plain"}, "Not here yet.\n"
