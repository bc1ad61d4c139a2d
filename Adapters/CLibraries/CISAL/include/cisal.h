#ifndef LOGFERRY_CISAL_H
#define LOGFERRY_CISAL_H

#include <stddef.h>
#include <stdint.h>

// Checks by ISA-L, which picks the fastest way that the processor has when it is first called.
//
// `previous` is the check of what came before, 0 at the start.

// CRC-32C (RFC 3720).
uint32_t logferry_crc32c(const uint8_t *bytes, size_t count, uint32_t previous);

// CRC-64/XZ.
uint64_t logferry_crc64(const uint8_t *bytes, size_t count, uint64_t previous);

#endif
