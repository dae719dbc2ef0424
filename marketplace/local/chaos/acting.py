"""A few threads that carry all stories on, each at its time."""

import heapq
import itertools
import threading
import time
import traceback

THREADS = 6


class Acting:
    """`stories` begin within `seconds`. A story that fails is a bug of the harness: it is kept and shown."""

    def __init__(self, stories, seconds):
        self.stories, self.count = stories, itertools.count()
        self.due, self.lock = [], threading.Condition()
        self.stopping, self.failures = threading.Event(), []
        began = time.monotonic()
        for story in stories:
            heapq.heappush(self.due, (began + story.plan.begins * seconds, next(self.count), story.live()))
        self.threads = [threading.Thread(target=self.act, name=f"people-{n}", daemon=True) for n in range(THREADS)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        with self.lock:
            self.lock.notify_all()
        for thread in self.threads:
            thread.join(timeout=20)

    def running(self):
        """[what they want and which engagement it is about] of the stories that have not come to their end."""
        return [f"{story.plan.ending} {story.cast.code}" for story in self.stories if not story.over]

    def act(self):
        while not self.stopping.is_set():
            story = self.next_due()
            if story is None:
                continue
            try:
                self.put(time.monotonic() + next(story), story)
            except StopIteration:
                pass
            except Exception:
                self.failures.append(traceback.format_exc())

    def next_due(self):
        """The story whose time has come, or None after a moment."""
        with self.lock:
            if self.due and self.due[0][0] <= time.monotonic():
                return heapq.heappop(self.due)[2]
            self.lock.wait(0.05)
            return None

    def put(self, at, story):
        with self.lock:
            heapq.heappush(self.due, (at, next(self.count), story))
