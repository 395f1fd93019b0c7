// SPDX-License-Identifier: Apache-2.0

// The floor of the runtime benchmark: the Runtime API's loop on a plain socket. It reads the event and answers with a
// constant. It only understands the form of HTTP that RuntimeAPIStub uses.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static char buffer[8 << 20];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int connect_to(const char *address) {
    char host[64];
    unsigned port;
    if (sscanf(address, "%63[^:]:%u", host, &port) != 2) fail("AWS_LAMBDA_RUNTIME_API");
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(port)};
    inet_pton(AF_INET, host, &server.sin_addr);
    int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(descriptor, (struct sockaddr *)&server, sizeof server)) fail("connect");
    return descriptor;
}

// Reads one response into the buffer, its body to the end.
static void read_response(int descriptor) {
    size_t have = 0;
    for (;;) {
        ssize_t count = read(descriptor, buffer + have, sizeof buffer - 1 - have);
        if (count <= 0) fail("read");
        have += count;
        buffer[have] = 0;
        char *end = strstr(buffer, "\r\n\r\n");
        if (!end) continue;
        char *length = strcasestr(buffer, "\r\nContent-Length: ");
        size_t body = length && length < end ? strtoul(length + 18, NULL, 10) : 0;
        if (have >= (size_t)(end + 4 - buffer) + body) return;
    }
}

static void send_all(int descriptor, const char *bytes, size_t count) {
    if (write(descriptor, bytes, count) != (ssize_t)count) fail("write");
}

int main(void) {
    const char *address = getenv("AWS_LAMBDA_RUNTIME_API");
    if (!address) fail("AWS_LAMBDA_RUNTIME_API");
    int descriptor = connect_to(address);
    char next[256], answer[512], request_id[64];
    int next_length = snprintf(
        next, sizeof next, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: %s\r\n\r\n", address);
    const char *body = "{\"bucket\":\"dicom\",\"size\":1024}";
    for (;;) {
        send_all(descriptor, next, next_length);
        read_response(descriptor);
        char *header = strcasestr(buffer, "\r\nLambda-Runtime-Aws-Request-Id: ");
        if (!header || sscanf(header + 33, "%63[^\r]", request_id) != 1) fail("request id");
        int length = snprintf(
            answer, sizeof answer,
            "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\r\nHost: %s\r\n"
            "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
            request_id, address, strlen(body), body);
        send_all(descriptor, answer, length);
        read_response(descriptor);
    }
}
