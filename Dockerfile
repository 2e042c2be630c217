# One image, two commands: the web server (default) and `python manage.py procrastinate worker`.
FROM python:3.13-slim AS build
WORKDIR /app
RUN python -m venv .venv
COPY requirements.lock .
RUN .venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock

FROM python:3.13-slim
RUN useradd --create-home --uid 1000 broadsheet && mkdir -p /app /data && chown broadsheet /data
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY . .
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BROADSHEET_CONTAINER=1 \
    BROADSHEET_DATA=/data \
    BROADSHEET_DEMO=0 \
    HOST=0.0.0.0
USER broadsheet
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --start-period=60s \
  CMD python -c "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 8000)}/readyz', timeout=5)"
CMD ["python", "manage.py", "serve", "--no-worker"]
