#ifndef LOGFERRY_CPLATFORM_H
#define LOGFERRY_CPLATFORM_H

/// Names the calling thread as `top -H` shows it. Linux keeps the first 15 bytes.
/// Hidden behind _GNU_SOURCE in glibc, so Swift's Glibc module cannot see it.
void logferry_name_current_thread(const char *name);

/// Lets other threads go before the calling one, from 0 to 19 as nice counts it; a system that forbids it changes nothing.
/// The type of its first argument differs between C libraries.
void logferry_lower_current_thread(int niceness);

/// Lets glibc's allocator keep at most so many arenas; with another C library it does nothing.
/// malloc.h is in no module that Swift has.
void logferry_bound_arenas(int count);

/// A descriptor that is readable once eight bytes were written to it, -1 when the process has none left.
/// sys/eventfd.h is in no module that Swift has.
int logferry_new_alarm(void);

#endif
