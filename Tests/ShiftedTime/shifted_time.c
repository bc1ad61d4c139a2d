/* A library to be preloaded: the time of day of a process, shifted by as many nanoseconds as a file says.
 *
 * Time that passes is left alone, and so are timers by it; a wait until a time of day ends when the process sees that time.
 * The file, $SHIFTED_TIME_FILE, holds one number in the machine's own byte order; who writes to it makes the time of day
 * step.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t billion = 1000000000;
static volatile const int64_t *shift;

__attribute__((constructor)) static void look_at_file(void) {
    const char *path = getenv("SHIFTED_TIME_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *place = mmap(NULL, sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
    if (place != MAP_FAILED) shift = place;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    long code = syscall(SYS_clock_gettime, clock, time);
    if (code != 0 || !shift || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return (int)code;
    int64_t moment = time->tv_sec * billion + time->tv_nsec + *shift;
    time->tv_sec = moment / billion;
    time->tv_nsec = moment % billion;
    return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    int code = clock_gettime(CLOCK_REALTIME, &now);
    if (code == 0) *time = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return code;
}

time_t time(time_t *place) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    if (place) *place = now.tv_sec;
    return now.tv_sec;
}

/* A deadline by the time of day, as the machine counts it. Deadlines by passing time are far smaller numbers. */
static struct timespec unshifted(const struct timespec *deadline) {
    if (!shift || deadline->tv_sec < billion) return *deadline;
    int64_t moment = deadline->tv_sec * billion + deadline->tv_nsec - *shift;
    return (struct timespec){moment / billion, moment % billion};
}

/* The function that this library stands in front of. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int pthread_cond_timedwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline) {
    struct timespec moment = unshifted(deadline);
    return NEXT(pthread_cond_timedwait)(condition, mutex, &moment);
}

int pthread_cond_clockwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock,
    const struct timespec *restrict deadline) {
    struct timespec moment = clock == CLOCK_REALTIME ? unshifted(deadline) : *deadline;
    return NEXT(pthread_cond_clockwait)(condition, mutex, clock, &moment);
}
