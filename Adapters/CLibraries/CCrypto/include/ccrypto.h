#ifndef LOGFERRY_CCRYPTO_H
#define LOGFERRY_CCRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// SHA-256 (FIPS 180-4) and HMAC over it (RFC 2104), by OpenSSL's libcrypto.
//
// Each function returns false when the library refuses: it has no memory, or no provider of SHA-256.

#define LOGFERRY_SHA256_LENGTH 32

bool logferry_sha256(const uint8_t *bytes, size_t count, uint8_t *digest);

bool logferry_hmac_sha256(
    const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count, uint8_t *code);

// A digest of bytes that come in pieces. `logferry_sha256_begin` returns NULL when the library refuses.
typedef struct logferry_sha256_state logferry_sha256_state;

logferry_sha256_state *logferry_sha256_begin(void);
bool logferry_sha256_add(logferry_sha256_state *state, const uint8_t *bytes, size_t count);
bool logferry_sha256_end(logferry_sha256_state *state, uint8_t *digest);
void logferry_sha256_free(logferry_sha256_state *state);

#endif
