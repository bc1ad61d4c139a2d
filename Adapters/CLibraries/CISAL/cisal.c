#include "cisal.h"

#include <isa-l.h>

uint32_t logferry_crc32c(const uint8_t *bytes, size_t count, uint32_t previous) {
    // ISA-L leaves both exclusive-ors of this one to its caller, and counts in int.
    const size_t most = 1 << 30;
    uint32_t state = ~previous;
    while (count > 0) {
        size_t piece = count < most ? count : most;
        // It reads only; its parameter is not const.
        state = crc32_iscsi((unsigned char *)bytes, (int)piece, state);
        bytes += piece;
        count -= piece;
    }
    return ~state;
}

uint64_t logferry_crc64(const uint8_t *bytes, size_t count, uint64_t previous) {
    return count == 0 ? previous : crc64_ecma_refl(previous, bytes, count);
}
