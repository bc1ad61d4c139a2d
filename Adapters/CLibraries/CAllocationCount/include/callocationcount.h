#ifndef LOGFERRY_CALLOCATIONCOUNT_H
#define LOGFERRY_CALLOCATIONCOUNT_H

#include <stdbool.h>
#include <stdint.h>

/// Whether calls to the allocator are counted in this program: with glibc, and without a sanitizer.
bool logferry_counts_allocations(void);

/// How often the calling thread has asked for memory: malloc, calloc, realloc and the aligned kinds.
uint64_t logferry_allocations_of_this_thread(void);

/// How often all threads have asked for memory, those that have ended included; up to 63 of each thread are missing.
uint64_t logferry_allocations_of_all_threads(void);

#endif
