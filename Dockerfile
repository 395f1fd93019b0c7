# SPDX-License-Identifier: Apache-2.0
# The receiver's image from its sources: docker build --tag dicom-store-scp .
# scripts/build-image builds the same image from an executable that exists already: it replaces the stage `build` by a
# folder, so that nothing is pulled.

FROM swift:6.3-bookworm AS build
WORKDIR /source
# Steps whose inputs rarely change come first, so that they stay cached.
COPY scripts/install-packages scripts/update-linked-packages scripts/debian-archive scripts/unpack-debian-source \
    scripts/static-library scripts/build-static-libcurl scripts/build-static-isal scripts/
RUN scripts/install-packages ca-certificates cmake dpkg-dev gcc libc6-dev libssl-dev make nasm pkg-config \
        zlib1g-dev \
    && scripts/update-linked-packages \
    && scripts/build-static-libcurl \
    && scripts/build-static-isal
COPY . .
RUN scripts/build-static StoreSCP \
    && mkdir dist \
    && strip -o dist/StoreSCP .build-static/StoreSCP \
    && scripts/lay-out-image /image

FROM scratch
COPY --from=build /image/root/ /
# Where instances are stored if there is no bucket. It is not a VOLUME: each container would get an anonymous one, which
# would still hold patients' images after the container was removed and would be writable under a read-only root. To
# keep the files, mount a volume here. With a bucket nothing is written, not even to /tmp.
COPY --from=build --chown=10001:10001 /image/app/ /app/
ENV STORAGE_DIRECTORY=/app/storage
WORKDIR /app
# By number, so that Kubernetes can verify that it is not root (runAsNonRoot).
USER 10001:10001
EXPOSE 11112
# The receiver finishes and answers the instances in flight within 30 seconds.
STOPSIGNAL SIGTERM
# No HEALTHCHECK: it would run a program in the container, which has none besides the receiver, and ECS and Kubernetes
# ignore the HEALTHCHECK of an image. They check from outside: by TCP on the DICOM port, or by HTTP on HEALTH_PORT.
ENTRYPOINT ["/StoreSCP"]
