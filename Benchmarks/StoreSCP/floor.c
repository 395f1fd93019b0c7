// SPDX-License-Identifier: Apache-2.0

// The minimal work of a C-STORE receiver: it accepts everything that is proposed, writes each data set into a file of
// its own, renames it and answers Success. It checks nothing. `floor PORT FOLDER`: with `-` as FOLDER it drops data
// sets, with `:PORT` it sends each one in a PUT to the sink at that port, and answers Success after the sink's answer.
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

enum { MAXIMUM_LENGTH = 131072, BUFFER = 2 * MAXIMUM_LENGTH };

static const char *folder;
static int sink_port;
static atomic_long file_number;

// The destination of a connection's data sets.
struct store {
    int file;
    char temporary[512], final[512];
    int sink;
    uint8_t *whole;
    size_t size, capacity;
};

static int read_fully(int socket, uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t got = recv(socket, bytes, count, 0);
        if (got <= 0) return -1;
        bytes += got;
        count -= (size_t)got;
    }
    return 0;
}

static void write_fully(int descriptor, const uint8_t *bytes, size_t count) {
    while (count > 0) {
        ssize_t put = write(descriptor, bytes, count);
        if (put <= 0) exit(1);
        bytes += put;
        count -= (size_t)put;
    }
}

static void connect_sink(struct store *store) {
    struct sockaddr_in address = loopback(sink_port);
    int yes = 1;
    store->sink = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(store->sink, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (connect(store->sink, (struct sockaddr *)&address, sizeof address) < 0) exit(1);
}

static void keep(struct store *store, const uint8_t *fragment, size_t size) {
    if (folder && store->file < 0) {
        long number = atomic_fetch_add(&file_number, 1);
        snprintf(store->temporary, sizeof store->temporary, "%s/.%ld", folder, number);
        snprintf(store->final, sizeof store->final, "%s/%ld.dcm", folder, number);
        store->file = open(store->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    }
    if (folder) write_fully(store->file, fragment, size);
    if (sink_port) {
        if (store->size + size > store->capacity)
            store->whole = realloc(store->whole, store->capacity = 2 * (store->size + size));
        memcpy(store->whole + store->size, fragment, size);
    }
    store->size += size;
}

static void finish(struct store *store) {
    if (folder) close(store->file), rename(store->temporary, store->final);
    if (sink_port) {
        char text[1024];
        int head = snprintf(
            text, sizeof text, "PUT /bucket/key HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: %zu\r\n\r\n", store->size);
        write_fully(store->sink, (const uint8_t *)text, (size_t)head);
        write_fully(store->sink, store->whole, store->size);
        // The sink's answer is one segment.
        if (recv(store->sink, text, sizeof text, 0) <= 0) exit(1);
    }
    store->file = -1;
    store->size = 0;
}

static uint32_t big32(const uint8_t *bytes) { return ntohl(*(const uint32_t *)bytes); }
static uint16_t big16(const uint8_t *bytes) { return ntohs(*(const uint16_t *)bytes); }

static size_t put_item(uint8_t *at, uint8_t type, const void *value, uint16_t length) {
    at[0] = type, at[1] = 0, at[2] = (uint8_t)(length >> 8), at[3] = (uint8_t)length;
    memcpy(at + 4, value, length);
    return 4u + length;
}

// PS3.8 §9.3.3: accepts every context with the first proposed transfer syntax.
static void accept_association(int socket, const uint8_t *request, size_t length) {
    uint8_t *answer = calloc(1, BUFFER), *at = answer + 74;
    memcpy(answer + 6, request, 68);
    answer[0] = 2;
    at += put_item(at, 0x10, "1.2.840.10008.3.1.1.1", 21);
    for (size_t item = 68; item + 4 <= length; item += 4u + big16(request + item + 2)) {
        if (request[item] != 0x20) continue;
        uint8_t value[256] = {request[item + 4]};
        size_t end = item + 4u + big16(request + item + 2), size = 4;
        for (size_t sub = item + 8; sub < end && size == 4; sub += 4u + big16(request + sub + 2))
            if (request[sub] == 0x40) size += put_item(value + 4, 0x40, request + sub + 4, big16(request + sub + 2));
        at += put_item(at, 0x21, value, (uint16_t)size);
    }
    uint8_t information[64];
    uint32_t maximum = htonl(MAXIMUM_LENGTH);
    size_t size = put_item(information, 0x51, &maximum, 4);
    size += put_item(information + size, 0x52, "2.25.1", 6);
    at += put_item(at, 0x50, information, (uint16_t)size);
    *(uint32_t *)(answer + 2) = htonl((uint32_t)(at - answer - 6));
    write_fully(socket, answer, (size_t)(at - answer));
    free(answer);
}

static size_t put_element(uint8_t *at, uint16_t element, const void *value, uint32_t length) {
    memset(at, 0, 8);
    memcpy(at + 2, &element, 2);
    memcpy(at + 4, &length, 4);
    memcpy(at + 8, value, length);
    return 8 + length;
}

// Answers Success to the request with this command set. PS3.7 §9.3.1.2.
static void respond(int socket, uint8_t context, const uint8_t *command, size_t length) {
    uint8_t answer[1024], *start = answer + 12, *at = start + 12;
    static const uint16_t store = 0x8001, none = 0x0101, success = 0;
    const uint8_t *class = NULL, *instance = NULL, *message = NULL;
    uint32_t class_length = 0, instance_length = 0;
    for (size_t element = 0; element + 8 <= length;) {
        uint16_t number;
        uint32_t size;
        memcpy(&number, command + element + 2, 2);
        memcpy(&size, command + element + 4, 4);
        if (number == 0x0002) class = command + element + 8, class_length = size;
        if (number == 0x0110) message = command + element + 8;
        if (number == 0x1000) instance = command + element + 8, instance_length = size;
        element += 8 + size;
    }
    at += put_element(at, 0x0002, class, class_length);
    at += put_element(at, 0x0100, &store, 2);
    at += put_element(at, 0x0120, message, 2);
    at += put_element(at, 0x0800, &none, 2);
    at += put_element(at, 0x0900, &success, 2);
    at += put_element(at, 0x1000, instance, instance_length);
    uint32_t group = (uint32_t)(at - start - 12);
    put_element(start, 0, &group, 4);
    answer[0] = 4, answer[1] = 0;
    *(uint32_t *)(answer + 2) = htonl((uint32_t)(at - answer - 6));
    *(uint32_t *)(answer + 6) = htonl((uint32_t)(at - answer - 10));
    answer[10] = context, answer[11] = 3;
    write_fully(socket, answer, (size_t)(at - answer));
}

static void *serve(void *argument) {
    int socket = (int)(intptr_t)argument, yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    uint8_t *body = malloc(BUFFER), *command = malloc(16384), header[6];
    size_t command_length = 0;
    struct store store = {.file = -1, .sink = -1};
    if (sink_port) connect_sink(&store);
    while (read_fully(socket, header, 6) == 0) {
        size_t length = big32(header + 2);
        if (length > BUFFER || read_fully(socket, body, length) < 0) break;
        if (header[0] == 1) {
            accept_association(socket, body, length);
        } else if (header[0] == 5) {
            write_fully(socket, (const uint8_t[]){6, 0, 0, 0, 0, 4, 0, 0, 0, 0}, 10);
        } else if (header[0] == 4) {
            for (size_t value = 0; value < length; value += 4 + big32(body + value)) {
                const uint8_t *fragment = body + value + 6;
                size_t size = big32(body + value) - 2;
                uint8_t control = body[value + 5];
                if (control & 1) {
                    memcpy(command + command_length, fragment, size);
                    command_length += size;
                    continue;
                }
                keep(&store, fragment, size);
                if (control & 2) {
                    finish(&store);
                    respond(socket, body[value + 4], command, command_length);
                    command_length = 0;
                }
            }
        } else {
            break;
        }
    }
    close(socket);
    close(store.sink);
    free(store.whole);
    free(body);
    free(command);
    return NULL;
}

int main(int count, char **arguments) {
    if (count != 3) return 2;
    const char *where = arguments[2];
    if (*where == ':') sink_port = atoi(where + 1);
    else if (strcmp(where, "-")) folder = where;
    return serve_connections(atoi(arguments[1]), serve);
}
