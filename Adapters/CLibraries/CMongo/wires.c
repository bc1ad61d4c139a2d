/* Connections whose sockets are known here, so that other threads can see what a client waits for, and end the waiting.
 *
 * libmongoc has neither a deadline over a whole answer nor a way to interrupt a call. It lets its caller make the
 * connections, though, so they are streams of our own over sockets of our own; TLS is still the library's.
 */
#include "wires.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

// Puts TLS over a stream; NULL when its options are no good. The library shakes hands itself, with all servers at the
// same time.
static mongoc_stream_t *secure(mongoc_stream_t *base, const mongoc_uri_t *uri, const char *host) {
    bool is_insecure = mongoc_uri_get_option_as_bool(uri, MONGOC_URI_TLSINSECURE, false);
    mongoc_ssl_opt_t options = {
        .pem_file = mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCERTIFICATEKEYFILE, NULL),
        .pem_pwd = mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCERTIFICATEKEYFILEPASSWORD, NULL),
        .ca_file = mongoc_uri_get_option_as_utf8(uri, MONGOC_URI_TLSCAFILE, NULL),
        .weak_cert_validation =
            mongoc_uri_get_option_as_bool(uri, MONGOC_URI_TLSALLOWINVALIDCERTIFICATES, is_insecure),
        .allow_invalid_hostname =
            mongoc_uri_get_option_as_bool(uri, MONGOC_URI_TLSALLOWINVALIDHOSTNAMES, is_insecure),
    };
    return mongoc_stream_tls_new_with_hostname(base, host, &options, 1);
}

// Never fails: libmongoc calls it with a lock held that it would take again to note a failure, and wait for ever. A stream
// without a connection fails as soon as it is used.
static mongoc_stream_t *connect_to(
    const mongoc_uri_t *uri, const mongoc_host_list_t *host, void *context, bson_error_t *error) {
    (void)error;
    logferry_mongo_wires *wires = context;
    int socket = -1;
    if (!logferry_wires_are_ended(wires)) {
        socket = wires->dialing.dial(
            wires->dialing.context, host->host, host->port, host->host_and_port,
            mongoc_uri_get_option_as_int32(uri, MONGOC_URI_CONNECTTIMEOUTMS, 5000));
    }
    mongoc_stream_t *stream = logferry_new_wire(wires, socket, host->host_and_port);
    if (socket < 0 || !mongoc_uri_get_tls(uri)) return stream;
    mongoc_stream_t *secured = secure(stream, uri, host->host);
    if (!secured) logferry_close_wire(stream);
    return secured ? secured : stream;
}

static void heartbeat_started(const mongoc_apm_server_heartbeat_started_t *event) {
    logferry_mongo_wires *wires = mongoc_apm_server_heartbeat_started_get_context(event);
    const mongoc_host_list_t *host = mongoc_apm_server_heartbeat_started_get_host(event);
    wires->dialing.started(wires->dialing.context, host->host_and_port);
}

// How long it took is measured here: the library counts from the start of the machine when a connection ends early.
static void heartbeat_failed(const mongoc_apm_server_heartbeat_failed_t *event) {
    logferry_mongo_wires *wires = mongoc_apm_server_heartbeat_failed_get_context(event);
    const mongoc_host_list_t *host = mongoc_apm_server_heartbeat_failed_get_host(event);
    wires->dialing.failed(wires->dialing.context, host->host_and_port);
}

bool logferry_wires_attach(logferry_mongo_wires *wires, mongoc_client_t *client, const mongoc_uri_t *uri) {
    mongoc_apm_callbacks_t *callbacks = mongoc_apm_callbacks_new();
    mongoc_apm_set_server_heartbeat_started_cb(callbacks, heartbeat_started);
    mongoc_apm_set_server_heartbeat_failed_cb(callbacks, heartbeat_failed);
    mongoc_client_set_apm_callbacks(client, callbacks, wires);
    mongoc_apm_callbacks_destroy(callbacks);
    // What these say cannot be handed to a TLS stream from outside of the library.
    if (mongoc_uri_has_option(uri, MONGOC_URI_TLSDISABLEOCSPENDPOINTCHECK)) return false;
    if (mongoc_uri_has_option(uri, MONGOC_URI_TLSDISABLECERTIFICATEREVOCATIONCHECK)) return false;
    mongoc_client_set_stream_initiator(client, connect_to, wires);
    return true;
}

// MARK: What other threads see and do

logferry_mongo_wires *logferry_mongo_wires_new(logferry_mongo_dialing dialing) {
    logferry_mongo_wires *wires = calloc(1, sizeof *wires);
    if (!wires) abort();
    pthread_mutex_init(&wires->mutex, NULL);
    wires->dialing = dialing;
    return wires;
}

void logferry_mongo_wires_free(logferry_mongo_wires *wires) {
    pthread_mutex_destroy(&wires->mutex);
    free(wires);
}

logferry_mongo_sight logferry_mongo_look(logferry_mongo_wires *wires) {
    logferry_mongo_sight sight = {.heard = -1};
    pthread_mutex_lock(&wires->mutex);
    int64_t time = logferry_now();
    if (wires->heard > 0) sight.heard = time - wires->heard;
    for (wire *wire = wires->first; wire; wire = wire->next) {
        if (!wire->is_waiting) continue;
        sight.is_waiting = true;
        memcpy(sight.host, wire->host, sizeof sight.host);
        sight.silence = time - wire->moved;
        sight.asked = time - wire->asked;
    }
    pthread_mutex_unlock(&wires->mutex);
    return sight;
}

int64_t logferry_mongo_silence(logferry_mongo_wires *wires, const char *host) {
    int64_t latest = 0;
    pthread_mutex_lock(&wires->mutex);
    for (wire *wire = wires->first; wire; wire = wire->next) {
        if (wire->heard > latest && strcmp(wire->host, host) == 0) latest = wire->heard;
    }
    int64_t silence = latest > 0 ? logferry_now() - latest : -1;
    pthread_mutex_unlock(&wires->mutex);
    return silence;
}

void logferry_mongo_cut(logferry_mongo_wires *wires, const char *host) {
    pthread_mutex_lock(&wires->mutex);
    for (wire *wire = wires->first; wire; wire = wire->next) {
        // The thread that reads it closes it.
        if (wire->socket >= 0 && strcmp(wire->host, host) == 0) shutdown(wire->socket, SHUT_RDWR);
    }
    pthread_mutex_unlock(&wires->mutex);
}

void logferry_mongo_end_wires(logferry_mongo_wires *wires) {
    pthread_mutex_lock(&wires->mutex);
    wires->is_ended = true;
    for (wire *wire = wires->first; wire; wire = wire->next) {
        if (wire->socket >= 0) shutdown(wire->socket, SHUT_RDWR);
    }
    pthread_mutex_unlock(&wires->mutex);
}

bool logferry_wires_are_ended(logferry_mongo_wires *wires) {
    pthread_mutex_lock(&wires->mutex);
    bool is_ended = wires->is_ended;
    pthread_mutex_unlock(&wires->mutex);
    return is_ended;
}
