# The receiver's image from its sources: docker build --tag dicom-store-scp .
# scripts/build-image makes the same of an executable that is built already: it puts a folder in the place of the stage
# `build`, so that nothing is pulled.

FROM swift:6.3-bookworm AS build
WORKDIR /source
# What changes seldom comes first and is made once.
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
# Where instances are kept when there is no bucket. It is no VOLUME: that would be an anonymous one for each container, which
# keeps patients' images when the container is gone, and could be written to under a read-only root. Who wants to keep the files
# mounts a volume there. With a bucket nothing is written, not even to /tmp.
COPY --from=build --chown=10001:10001 /image/app/ /app/
ENV STORAGE_DIRECTORY=/app/storage
WORKDIR /app
# By number, so that Kubernetes can tell that it is not root (runAsNonRoot).
USER 10001:10001
EXPOSE 11112
# The receiver finishes and answers what is on its way, in less than 30 seconds.
STOPSIGNAL SIGTERM
# No HEALTHCHECK: it runs a program in the container, where there is none but the receiver, and neither ECS nor Kubernetes heeds
# what an image says of it. They ask from outside: by TCP at the DICOM port, or by HTTP at HEALTH_PORT.
ENTRYPOINT ["/StoreSCP"]
