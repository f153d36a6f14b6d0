# One image, several commands: the web process, the workers, beat and the migrations (compose.yaml).

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/samspel
ENV PATH=/opt/samspel/bin:$PATH
WORKDIR /src

# The packages change seldom and the code often, so they are a layer of their own.
COPY requirements.lock ./
RUN pip install --require-hashes --only-binary :all: -r requirements.lock

COPY pyproject.toml README.md ./
COPY shared ./shared
COPY services ./services
COPY samspel ./samspel
# The build tool stays in this stage; nothing but our own code is installed here.
COPY requirements-build.lock ./
RUN python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements-build.lock \
    && /opt/build/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && pip install --no-deps /wheels/samspel-*.whl \
    && pip check


FROM python:3.13-slim
LABEL org.opencontainers.image.title="Samspel" \
      org.opencontainers.image.description="Keeps the calendar of the collaboration around a child"
# mail-certificate: where compose.yaml puts the certificate of the trial's mail server. keep: the
# notifier's mark. archive: what has gone. A volume takes over the owner of the folder that it is
# mounted on.
RUN useradd --system --uid 10001 --user-group --no-create-home --home-dir /nonexistent samspel \
    && install --directory --owner samspel --group samspel \
        /run/mail-certificate /var/lib/samspel/keep /var/lib/samspel/archive
COPY --from=build /opt/samspel /opt/samspel
# What is in it; the CycloneDX file is there if `make sbom` was run before.
COPY requirements.lock dist/samspel.cdx.jso[n] /opt/samspel/share/samspel/
ENV PATH=/opt/samspel/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    TZ=Europe/Stockholm
USER samspel
WORKDIR /tmp
EXPOSE 8000
# Each service of compose.yaml says its own command, and its own health check.
CMD ["samspel", "--help"]
