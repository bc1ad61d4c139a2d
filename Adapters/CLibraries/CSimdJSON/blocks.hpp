// Bytes in blocks of 64, one bit for each: the vectors of clang, compiled for what the processor has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) && !__has_feature(thread_sanitizer)
// The loader picks the clone that the processor can run; it does so before the thread sanitizer can look on.
#define LOGFERRY_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LOGFERRY_CLONES
#endif

// What every token passes through, which the compiler would otherwise call.
#define LOGFERRY_INLINE inline __attribute__((always_inline))

namespace logferry {

typedef uint8_t Block __attribute__((ext_vector_type(64)));
typedef bool BlockBits __attribute__((ext_vector_type(64)));

constexpr size_t blockBytes = 64;

/// Bit i is set when byte i of the block at `bytes` is `wanted` once the bits of `ignored` are taken out of it.
static LOGFERRY_INLINE uint64_t bits_masked(const uint8_t *bytes, uint8_t ignored, uint8_t wanted) {
    Block block;
    std::memcpy(&block, bytes, sizeof block);
    if (ignored != 0) block &= static_cast<Block>(static_cast<uint8_t>(~ignored));
    BlockBits equal = __builtin_convertvector(block == static_cast<Block>(wanted), BlockBits);
    uint64_t bits;
    static_assert(sizeof bits == sizeof equal, "a bit for each byte");
    std::memcpy(&bits, &equal, sizeof bits);
    return bits;
}

/// Bit i is set when byte i of the block at `bytes` is `wanted`.
static LOGFERRY_INLINE uint64_t bits_equal(const uint8_t *bytes, uint8_t wanted) {
    return bits_masked(bytes, 0, wanted);
}

/// Bit i is set when byte i of the block at `bytes` is `one` or `other`, which differ by one bit.
static LOGFERRY_INLINE uint64_t bits_equal(const uint8_t *bytes, uint8_t one, uint8_t other) {
    return bits_masked(bytes, one ^ other, one & other);
}

}  // namespace logferry
