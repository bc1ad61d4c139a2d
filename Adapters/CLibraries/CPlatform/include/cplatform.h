#ifndef LOGFERRY_CPLATFORM_H
#define LOGFERRY_CPLATFORM_H

/// Names the calling thread as `top -H` shows it. Linux keeps the first 15 bytes.
/// Hidden behind _GNU_SOURCE in glibc, so Swift's Glibc module cannot see it.
void logferry_name_current_thread(const char *name);

#endif
