"""Drawing what is due. A lost message loses nothing: beat finds the same rows."""

from celery import shared_task

from marketplace.clock import now
from marketplace.files.discarding import discard_next
from marketplace.files.previews import draw_next
from marketplace.files.scanning import check_next

MOST = 50  # files a run


@shared_task(one_waits=True)
def draw_previews():
    for _ in range(MOST):
        if not draw_next(at=now()):
            return


@shared_task(one_waits=True)
def discard_unused():
    for _ in range(MOST):
        if not discard_next(at=now()):
            return


@shared_task(one_waits=True)
def check_files():
    for _ in range(MOST):
        if not check_next(at=now()):
            return
