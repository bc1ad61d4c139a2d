#include "ccrypto.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

bool logferry_sha256(const uint8_t *bytes, size_t count, uint8_t *digest) {
    return EVP_Digest(bytes, count, digest, NULL, EVP_sha256(), NULL) == 1;
}

bool logferry_hmac_sha256(
    const uint8_t *key, size_t key_count, const uint8_t *bytes, size_t count, uint8_t *code) {
    // HMAC() takes the length of a key as an int; a longer key would be another one.
    if (key_count > INT32_MAX) return false;
    // A NULL key means "the key of the call before": an empty one must not be NULL.
    const uint8_t empty = 0;
    return HMAC(EVP_sha256(), key_count > 0 ? key : &empty, (int)key_count, bytes, count, code, NULL) != NULL;
}

// The state is libcrypto's own; its name here keeps its headers out of ours.
static EVP_MD_CTX *context(logferry_sha256_state *state) { return (EVP_MD_CTX *)state; }

logferry_sha256_state *logferry_sha256_begin(void) {
    EVP_MD_CTX *made = EVP_MD_CTX_new();
    if (made != NULL && EVP_DigestInit_ex(made, EVP_sha256(), NULL) != 1) {
        EVP_MD_CTX_free(made);
        return NULL;
    }
    return (logferry_sha256_state *)made;
}

bool logferry_sha256_add(logferry_sha256_state *state, const uint8_t *bytes, size_t count) {
    return EVP_DigestUpdate(context(state), bytes, count) == 1;
}

bool logferry_sha256_end(logferry_sha256_state *state, uint8_t *digest) {
    return EVP_DigestFinal_ex(context(state), digest, NULL) == 1;
}

void logferry_sha256_free(logferry_sha256_state *state) { EVP_MD_CTX_free(context(state)); }
