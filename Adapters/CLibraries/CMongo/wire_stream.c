/* What libmongoc reads from and writes to, over a socket that is known here.
 *
 * It waits as the library's own streams do, and notes what it waits for.
 */
#define _GNU_SOURCE
#include "wires.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// The library's own kinds of streams have small numbers.
#define STREAM_TYPE 1000

// When a wait of so many milliseconds ends; negative ones are for ever, as the library has it.
static int64_t end_of(int32_t milliseconds) {
    return milliseconds < 0 ? INT64_MAX : logferry_now() + (int64_t)milliseconds * (NANOSECONDS / 1000);
}

// Waits until the socket is ready. False with the error set when the time is over.
static bool wait_for(wire *wire, short events, int64_t end) {
    while (true) {
        int64_t left = end == INT64_MAX ? INT64_MAX : end - logferry_now();
        if (left < 0) left = 0;
        int64_t milliseconds = (left + NANOSECONDS / 1000 - 1) / (NANOSECONDS / 1000);
        struct pollfd entry = {.fd = wire->socket, .events = events};
        int ready = poll(&entry, 1, milliseconds > 60000 ? 60000 : (int)milliseconds);
        if (ready > 0) return true;
        if (ready < 0 && errno != EINTR) {
            wire->error = errno;
            return false;
        }
        if (left == 0) {
            wire->error = ETIMEDOUT;
            return false;
        }
    }
}

static void begin_wait(wire *wire, bool is_call) {
    pthread_mutex_lock(&wire->wires->mutex);
    wire->is_waiting = is_call;
    pthread_mutex_unlock(&wire->wires->mutex);
}

static void end_wait(wire *wire) {
    pthread_mutex_lock(&wire->wires->mutex);
    wire->is_waiting = false;
    pthread_mutex_unlock(&wire->wires->mutex);
}

static void note_sent(wire *wire) {
    pthread_mutex_lock(&wire->wires->mutex);
    wire->moved = logferry_now();
    if (!wire->has_asked) wire->asked = wire->moved;
    wire->has_asked = true;
    pthread_mutex_unlock(&wire->wires->mutex);
}

static void note_received(wire *wire, bool is_call) {
    pthread_mutex_lock(&wire->wires->mutex);
    wire->moved = wire->heard = logferry_now();
    wire->has_asked = false;
    if (is_call) wire->wires->heard = wire->moved;
    pthread_mutex_unlock(&wire->wires->mutex);
}

// Steps over bytes that were read or written.
static void advance(mongoc_iovec_t **pieces, size_t *count, size_t bytes) {
    while (*count > 0 && bytes >= (*pieces)->iov_len) {
        bytes -= (*pieces)->iov_len;
        (*pieces)++;
        (*count)--;
    }
    if (bytes == 0) return;
    (*pieces)->iov_base = (char *)(*pieces)->iov_base + bytes;
    (*pieces)->iov_len -= bytes;
}

static ssize_t fail(wire *wire) {
    errno = wire->error;
    return -1;
}

static ssize_t receive(wire *wire, mongoc_iovec_t *pieces, size_t count, size_t least, int32_t milliseconds) {
    int64_t end = end_of(milliseconds);
    size_t total = 0;
    while (true) {
        struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
        ssize_t got = recvmsg(wire->socket, &message, 0);
        if (got > 0) {
            note_received(wire, milliseconds != 0);
            total += (size_t)got;
            advance(&pieces, &count, (size_t)got);
            if (count == 0 || total >= least) return (ssize_t)total;
            continue;
        }
        if (got == 0) {
            // The server has hung up, or the connection was ended here.
            wire->error = least == 0 ? 0 : ECONNRESET;
            return least == 0 ? 0 : fail(wire);
        }
        wire->error = errno;
        if (errno == EINTR) continue;
        if ((errno != EAGAIN && errno != EWOULDBLOCK) || milliseconds == 0) return fail(wire);
        if (!wait_for(wire, POLLIN, end)) return fail(wire);
    }
}

static ssize_t stream_readv(
    mongoc_stream_t *stream, mongoc_iovec_t *pieces, size_t count, size_t least, int32_t milliseconds) {
    wire *wire = (struct wire *)stream;
    wire->error = 0;
    begin_wait(wire, milliseconds != 0);
    ssize_t got = receive(wire, pieces, count, least, milliseconds);
    int error = errno;
    end_wait(wire);
    errno = error;
    return got;
}

static ssize_t send_all(wire *wire, mongoc_iovec_t *pieces, size_t count, int32_t milliseconds) {
    int64_t end = end_of(milliseconds);
    size_t total = 0;
    while (count > 0) {
        struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
        ssize_t sent = sendmsg(wire->socket, &message, MSG_NOSIGNAL);
        if (sent >= 0) {
            note_sent(wire);
            total += (size_t)sent;
            advance(&pieces, &count, (size_t)sent);
            continue;
        }
        wire->error = errno;
        if (errno == EINTR) continue;
        bool is_full = errno == EAGAIN || errno == EWOULDBLOCK;
        if (is_full && milliseconds != 0 && wait_for(wire, POLLOUT, end)) continue;
        return total > 0 ? (ssize_t)total : fail(wire);
    }
    return (ssize_t)total;
}

static ssize_t stream_writev(mongoc_stream_t *stream, mongoc_iovec_t *given, size_t count, int32_t milliseconds) {
    wire *wire = (struct wire *)stream;
    wire->error = 0;
    // The library goes on to use its own list.
    mongoc_iovec_t *pieces = malloc(count * sizeof *pieces);
    if (!pieces) abort();
    memcpy(pieces, given, count * sizeof *pieces);
    begin_wait(wire, milliseconds != 0);
    ssize_t sent = send_all(wire, pieces, count, milliseconds);
    int error = errno;
    end_wait(wire);
    free(pieces);
    errno = error;
    return sent;
}

static ssize_t stream_poll(mongoc_stream_poll_t *streams, size_t count, int32_t milliseconds) {
    struct pollfd *entries = calloc(count, sizeof *entries);
    if (!entries) abort();
    ssize_t dead = 0;
    for (size_t index = 0; index < count; index++) {
        entries[index].fd = ((wire *)streams[index].stream)->socket;
        entries[index].events = (short)streams[index].events;
        dead += entries[index].fd < 0;
    }
    ssize_t ready = poll(entries, count, dead ? 0 : milliseconds);
    for (size_t index = 0; index < count; index++) {
        streams[index].revents = entries[index].fd < 0 ? POLLERR | POLLHUP : entries[index].revents;
    }
    free(entries);
    return ready < 0 ? ready : ready + dead;
}

int logferry_close_wire(mongoc_stream_t *stream) {
    wire *wire = (struct wire *)stream;
    // Others may shut the socket down as long as it is there, and must not meet another one of its number.
    pthread_mutex_lock(&wire->wires->mutex);
    int code = wire->socket >= 0 ? close(wire->socket) : 0;
    wire->socket = -1;
    pthread_mutex_unlock(&wire->wires->mutex);
    return code;
}

static void stream_destroy(mongoc_stream_t *stream) {
    wire *wire = (struct wire *)stream;
    logferry_close_wire(stream);
    pthread_mutex_lock(&wire->wires->mutex);
    struct wire **place = &wire->wires->first;
    while (*place != wire) place = &(*place)->next;
    *place = wire->next;
    pthread_mutex_unlock(&wire->wires->mutex);
    free(wire);
}

static int stream_flush(mongoc_stream_t *stream) {
    (void)stream;
    return 0;
}

static int stream_setsockopt(mongoc_stream_t *stream, int level, int name, void *value, mongoc_socklen_t length) {
    return setsockopt(((wire *)stream)->socket, level, name, value, length);
}

static bool stream_check_closed(mongoc_stream_t *stream) {
    char byte;
    ssize_t got = recv(((wire *)stream)->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got == 0 || (got < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

static bool stream_timed_out(mongoc_stream_t *stream) { return ((wire *)stream)->error == ETIMEDOUT; }

static bool stream_should_retry(mongoc_stream_t *stream) {
    int error = ((wire *)stream)->error;
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

mongoc_stream_t *logferry_new_wire(logferry_mongo_wires *wires, int socket, const char *host) {
    wire *made = calloc(1, sizeof *made);
    if (!made) abort();
    made->stream = (mongoc_stream_t){
        .type = STREAM_TYPE,
        .destroy = stream_destroy,
        .close = logferry_close_wire,
        .flush = stream_flush,
        .writev = stream_writev,
        .readv = stream_readv,
        .setsockopt = stream_setsockopt,
        .check_closed = stream_check_closed,
        .poll = stream_poll,
        .failed = stream_destroy,
        .timed_out = stream_timed_out,
        .should_retry = stream_should_retry,
    };
    made->wires = wires;
    made->socket = socket;
    strncpy(made->host, host, sizeof made->host - 1);
    made->asked = made->moved = logferry_now();
    pthread_mutex_lock(&wires->mutex);
    made->next = wires->first;
    wires->first = made;
    if (wires->is_ended && socket >= 0) shutdown(socket, SHUT_RDWR);
    pthread_mutex_unlock(&wires->mutex);
    return &made->stream;
}
