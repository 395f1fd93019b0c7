// SPDX-License-Identifier: Apache-2.0

// The minimal part of S3 that a sender needs. `sink PORT MILLISECONDS` receives objects, in one request or in parts,
// drops them, and answers the given time after a body's last byte. It checks nothing. It understands Content-Length,
// but no chunked bodies. The kernel drops the bodies, so that the cost of a store does not influence the measurement.
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "loopback.h"

enum { HEAD = 65536, DROPPED_AT_ONCE = 1 << 20 };

static struct timespec latency;

static int write_fully(int socket, const char *bytes, size_t count) {
    while (count > 0) {
        ssize_t put = send(socket, bytes, count, MSG_NOSIGNAL);
        if (put <= 0) return -1;
        bytes += put;
        count -= (size_t)put;
    }
    return 0;
}

static int answer(int socket, const char *status, const char *header, const char *body) {
    char text[1024];
    int size = snprintf(text, sizeof text, "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s", status, header, strlen(body), body);
    return write_fully(socket, text, (size_t)size);
}

// `head` is the request line and the headers, with a NUL at the end.
static int answer_request(int socket, const char *head) {
    static const char etag[] = "ETag: \"d41d8cd98f00b204e9800998ecf8427e\"\r\n";
    size_t line_length = strcspn(head, "\r");
    char *line = strndup(head, line_length), *query = strchr(line, '?');
    int result;
    if (strncmp(line, "PUT ", 4) == 0) {
        result = answer(socket, "200 OK", etag, "");
    } else if (strncmp(line, "DELETE ", 7) == 0) {
        result = answer(socket, "204 No Content", "", "");
    } else if (strncmp(line, "POST ", 5) == 0 && query && strncmp(query, "?uploads", 8) == 0) {
        result = answer(
            socket, "200 OK", "",
            "<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>");
    } else if (strncmp(line, "POST ", 5) == 0 && query && strstr(query, "uploadId=")) {
        result = answer(
            socket, "200 OK", "",
            "<CompleteMultipartUploadResult><ETag>&quot;d41d8cd98f00b204e9800998ecf8427e-1&quot;</ETag>"
            "</CompleteMultipartUploadResult>");
    } else {
        result = answer(socket, "501 Not Implemented", "", "<Error><Code>NotImplemented</Code></Error>");
    }
    free(line);
    return result;
}

static size_t content_length(const char *head) {
    const char *field = strcasestr(head, "\r\ncontent-length:");
    return field ? strtoull(field + 17, NULL, 10) : 0;
}

static void *serve(void *argument) {
    int socket = (int)(intptr_t)argument, yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    // Without this, a sleep takes 50 µs too long.
    prctl(PR_SET_TIMERSLACK, 1);
    char *head = malloc(HEAD + 1);
    size_t held = 0;
    for (;;) {
        char *end;
        head[held] = 0;
        while (!(end = strstr(head, "\r\n\r\n")) && held < HEAD) {
            ssize_t got = recv(socket, head + held, HEAD - held, 0);
            if (got <= 0) goto over;
            held += (size_t)got;
            head[held] = 0;
        }
        if (!end) goto over;
        *end = 0;
        size_t head_length = (size_t)(end + 4 - head), missing = content_length(head), early = held - head_length;
        if (early > missing) early = missing;
        missing -= early;
        if (missing > 0 && strcasestr(head, "\r\nexpect:") && write_fully(socket, "HTTP/1.1 100 Continue\r\n\r\n", 25) < 0)
            goto over;
        while (missing > 0) {
            ssize_t got = recv(socket, NULL, missing < DROPPED_AT_ONCE ? missing : DROPPED_AT_ONCE, MSG_TRUNC);
            if (got <= 0) goto over;
            missing -= (size_t)got;
        }
        if (latency.tv_sec || latency.tv_nsec) nanosleep(&latency, NULL);
        if (answer_request(socket, head) < 0) goto over;
        held -= head_length + early;
        memmove(head, head + head_length + early, held);
    }
over:
    close(socket);
    free(head);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    long milliseconds = atol(arguments[2]);
    latency = (struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000};
    return serve_connections(atoi(arguments[1]), serve);
}
