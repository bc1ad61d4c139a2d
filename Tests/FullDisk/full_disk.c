/* A library to be preloaded: a disk that is full for as long as a file is there.
 *
 * While $FULL_DISK_FLAG exists, nothing in the folder $FULL_DISK_FOLDER grows: what would, fails with ENOSPC, as it does on
 * a real disk. What lies within a file's present size can be written over.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static bool is_refused(int file, off_t end) {
    const char *flag = getenv("FULL_DISK_FLAG"), *folder = getenv("FULL_DISK_FOLDER");
    if (!flag || !folder) return false;
    int before = errno;
    bool refused = false;
    struct stat facts;
    if (access(flag, F_OK) == 0 && fstat(file, &facts) == 0 && S_ISREG(facts.st_mode) && end > facts.st_size) {
        char link[64], path[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        ssize_t length = readlink(link, path, sizeof path);
        refused = length >= (ssize_t)strlen(folder) && strncmp(path, folder, strlen(folder)) == 0;
    }
    errno = refused ? ENOSPC : before;
    return refused;
}

static off_t length_of(const struct iovec *parts, int count) {
    off_t length = 0;
    for (int part = 0; part < count; part++) length += (off_t)parts[part].iov_len;
    return length;
}

/* Where a write goes that names no place. */
static off_t place_of(int file) {
    int flags = fcntl(file, F_GETFL);
    struct stat facts;
    if (flags >= 0 && (flags & O_APPEND)) return fstat(file, &facts) == 0 ? facts.st_size : 0;
    int before = errno;
    off_t place = lseek(file, 0, SEEK_CUR);
    errno = before;
    return place < 0 ? 0 : place;
}

/* The function that this library stands in front of. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t count) {
    return is_refused(file, place_of(file) + (off_t)count) ? -1 : NEXT(write)(file, bytes, count);
}

ssize_t writev(int file, const struct iovec *parts, int count) {
    return is_refused(file, place_of(file) + length_of(parts, count)) ? -1 : NEXT(writev)(file, parts, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) {
    return is_refused(file, place + (off_t)count) ? -1 : NEXT(pwrite)(file, bytes, count, place);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) {
    return is_refused(file, place + (off_t)count) ? -1 : NEXT(pwrite64)(file, bytes, count, place);
}

ssize_t pwritev(int file, const struct iovec *parts, int count, off_t place) {
    return is_refused(file, place + length_of(parts, count)) ? -1 : NEXT(pwritev)(file, parts, count, place);
}

ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t place) {
    return is_refused(file, place + length_of(parts, count)) ? -1 : NEXT(pwritev64)(file, parts, count, place);
}

int fallocate(int file, int mode, off_t place, off_t count) {
    return is_refused(file, place + count) ? -1 : NEXT(fallocate)(file, mode, place, count);
}

int fallocate64(int file, int mode, off64_t place, off64_t count) {
    return is_refused(file, place + count) ? -1 : NEXT(fallocate64)(file, mode, place, count);
}

int posix_fallocate(int file, off_t place, off_t count) {
    return is_refused(file, place + count) ? ENOSPC : NEXT(posix_fallocate)(file, place, count);
}

int posix_fallocate64(int file, off64_t place, off64_t count) {
    return is_refused(file, place + count) ? ENOSPC : NEXT(posix_fallocate64)(file, place, count);
}
