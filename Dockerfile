# docker build -t patchbay . && docker run --env-file .env -v patchbay:/data patchbay
FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.lock .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY bot bot
COPY commands commands
RUN /venv/bin/python -m compileall -q bot commands /venv/lib

FROM python:3.13-slim
RUN useradd --uid 10001 --create-home --home-dir /data patchbay && chmod 700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
ENV PYTHONDONTWRITEBYTECODE=1 BOT_DATABASE_URL=sqlite:////data/patchbay.db
STOPSIGNAL SIGTERM
ENTRYPOINT ["/venv/bin/python", "-m", "bot", "run"]
