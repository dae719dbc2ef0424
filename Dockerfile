# The one image of a production site: web, worker, beat and migrations differ only in their command.

FROM python:3.13-slim AS packages
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml requirements.lock /build/
# The lock says which versions and hashes; pyproject.toml says that the development group stays out.
RUN uv venv --quiet /packages \
 && uv pip install --quiet --no-cache --compile-bytecode --python /packages/bin/python \
    --require-hashes --constraints /build/requirements.lock --requirements /build/pyproject.toml

FROM python:3.13-slim
ENV PATH=/packages/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=marketplace.settings \
    STATIC_ROOT=/site/staticfiles \
    MEDIA_ROOT=/media
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin proofwork \
 && install --directory --owner=proofwork --group=proofwork --mode=0700 /media
COPY --from=packages /packages /packages
COPY . /site
WORKDIR /site
# Static files are hashed and compressed once, here. Nothing of these values stays in the image.
RUN SECRET_KEY=only-for-this-step DATABASE_URL=postgres://none/none REDIS_URL=redis://none \
    python manage.py collectstatic --noinput --verbosity 0
USER proofwork
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--workers-kill-timeout", "20", "marketplace.wsgi:application"]
