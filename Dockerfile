# docker build -t patchbay . && docker run --env-file .env -v patchbay:/data -p 3000:3000 patchbay
# Other commands come after the name: docker run … patchbay doctor
# It runs as a user without rights and needs no file system but /data (SQLite) and /tmp.
# Samples that take its rights away: deploy/compose.yml, and for several deploy/compose.replicas.yml.
# Tag and digest go together: docker buildx imagetools inspect python:3.13-slim
FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build
WORKDIR /app
COPY requirements-replicas.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements-replicas.lock
COPY requirements-build.lock .
RUN /venv/bin/pip install --no-cache-dir --only-binary :all: --require-hashes --target /build -r requirements-build.lock
COPY bot bot
COPY commands commands
RUN PYTHONPATH=/build /venv/bin/python -m bot.catalogues && rm bot/catalogues.py \
  && find bot -name '*.po' -delete && rm bot/tencent/explanations/*.yaml
RUN /venv/bin/python -m compileall -q bot commands /venv/lib

FROM python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b
RUN useradd --uid 10001 --create-home --home-dir /data patchbay && chmod 700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
ENV PYTHONDONTWRITEBYTECODE=1 BOT_DATABASE_URL=sqlite:////data/patchbay.db BOT_HOST=0.0.0.0 BOT_PORT=3000
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["/venv/bin/python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"BOT_PORT\"]}/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/venv/bin/python", "-m", "bot"]
CMD ["run"]
