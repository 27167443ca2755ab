# The platform and its embedded media engine, run by a user who owns nothing.
#
#   docker build -t hearth .
#
# Other bases work too, as long as BUILD_BASE has Node 20 and RUN_BASE is a Debian 12 or newer.

ARG BUILD_BASE=node:20-bookworm-slim
ARG RUN_BASE=debian:bookworm-slim

# --- The browser's part ---
FROM ${BUILD_BASE} AS bundle
WORKDIR /hearth/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run build

# --- Python's part: exactly what the runtime lock names ---
FROM ${RUN_BASE} AS python
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3 python3-venv ca-certificates \
 && rm -rf /var/lib/apt/lists/*

FROM python AS packages
COPY requirements.lock /tmp/
RUN python3 -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --no-input --require-hashes --requirement /tmp/requirements.lock

# --- What runs ---
FROM python
RUN groupadd --gid 10001 hearth \
 && useradd --system --uid 10001 --gid hearth --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin hearth \
 && install --directory --owner=hearth --group=hearth --mode=0700 /data
WORKDIR /hearth
COPY --from=packages /opt/venv /opt/venv
COPY moderation/ moderation/
COPY media/ media/
COPY signalling/ signalling/
COPY server/ server/
COPY --from=bundle /hearth/web/dist web/dist
ENV PATH=/opt/venv/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    HEARTH_DATABASE_URL=sqlite+aiosqlite:////data/hearth.db
USER hearth
VOLUME /data
EXPOSE 8080/tcp 7882-7883/udp 7882-7883/tcp
# The check asks for a page, as a parent's browser would.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s CMD ["python", "-c", \
  "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('HEARTH_PORT', '8080') + '/helplines', timeout=2)"]
ENTRYPOINT ["python", "-m", "server"]
CMD ["serve"]
