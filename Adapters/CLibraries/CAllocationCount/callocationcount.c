// Stands in front of glibc's allocator and counts. A program's own malloc wins over the C library's for every library
// that is loaded into it, so the Swift runtime's allocations are counted too. Link it into benchmarks only.

#include "callocationcount.h"

#include <features.h>

// A sanitizer has an allocator of its own, which nothing must stand in front of.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define LOGFERRY_SANITIZED 1
#endif
#endif

#if defined(__GLIBC__) && !defined(LOGFERRY_SANITIZED)

#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *memory, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

// The initial-exec model needs no call, and so no allocation, to find the variable.
static _Thread_local uint64_t allocations __attribute__((tls_model("initial-exec")));

// Threads add to the count of all now and then only: were each of their allocations to write to the same place, they
// would wait for each other and measure that.
#define SHARE 64
static _Atomic uint64_t of_all_threads;

static inline void note(void) {
    if (++allocations % SHARE == 0) atomic_fetch_add_explicit(&of_all_threads, SHARE, memory_order_relaxed);
}

void *malloc(size_t size) {
    note();
    return __libc_malloc(size);
}

void *calloc(size_t count, size_t size) {
    note();
    return __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size) {
    note();
    return __libc_realloc(memory, size);
}

void *memalign(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note();
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **place, size_t alignment, size_t size) {
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0) return EINVAL;
    note();
    void *memory = __libc_memalign(alignment, size);
    if (memory == NULL) return ENOMEM;
    *place = memory;
    return 0;
}

bool logferry_counts_allocations(void) { return true; }
uint64_t logferry_allocations_of_this_thread(void) { return allocations; }
uint64_t logferry_allocations_of_all_threads(void) {
    return atomic_load_explicit(&of_all_threads, memory_order_relaxed);
}

#else

bool logferry_counts_allocations(void) { return false; }
uint64_t logferry_allocations_of_this_thread(void) { return 0; }
uint64_t logferry_allocations_of_all_threads(void) { return 0; }

#endif
