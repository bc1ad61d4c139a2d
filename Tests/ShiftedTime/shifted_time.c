/* A library to be preloaded: the time of day of a process, shifted by as many nanoseconds as a file says, or standing still.
 *
 * Time that passes is left alone, and so are timers by it; a wait until a time of day ends when the process sees that time.
 * The file, $SHIFTED_TIME_FILE, holds two numbers in the machine's own byte order; who writes to it makes the time of day
 * step. The second one, unless it is 0, is the moment at which the time of day stands still; a wait until a later one then ends
 * by what is waited for alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
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
/* The shift, and the moment that there is. */
static volatile const int64_t *shift;

__attribute__((constructor)) static void look_at_file(void) {
    const char *path = getenv("SHIFTED_TIME_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *place = mmap(NULL, 2 * sizeof *shift, PROT_READ, MAP_SHARED, file, 0);
    if (place != MAP_FAILED) shift = place;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    long code = syscall(SYS_clock_gettime, clock, time);
    if (code != 0 || !shift || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return (int)code;
    int64_t still = shift[1];
    int64_t moment = still ? still : time->tv_sec * billion + time->tv_nsec + *shift;
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
    int64_t moment = deadline->tv_sec * billion + deadline->tv_nsec - *shift;
    if (shift[1]) {
        /* It never comes. Whoever waits looks now and again, as after a wake-up without a reason. */
        struct timespec now;
        syscall(SYS_clock_gettime, CLOCK_REALTIME, &now);
        moment = now.tv_sec * billion + now.tv_nsec + billion / 10;
    }
    return (struct timespec){moment / billion, moment % billion};
}

static int is_time_of_day(const struct timespec *deadline) { return shift && deadline->tv_sec >= billion; }

/* What a wait has come to: 0 says that somebody woke it, which may be for nothing. */
static int outcome(int code, int was_still, const struct timespec *deadline) {
    if (code != ETIMEDOUT || !was_still) return code;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int is_over = now.tv_sec > deadline->tv_sec || (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
    return is_over ? ETIMEDOUT : 0;
}

/* The function that this library stands in front of. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int pthread_cond_timedwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, const struct timespec *restrict deadline) {
    if (!is_time_of_day(deadline)) return NEXT(pthread_cond_timedwait)(condition, mutex, deadline);
    int is_still = shift[1] != 0;
    struct timespec moment = unshifted(deadline);
    return outcome(NEXT(pthread_cond_timedwait)(condition, mutex, &moment), is_still, deadline);
}

int pthread_cond_clockwait(
    pthread_cond_t *restrict condition, pthread_mutex_t *restrict mutex, clockid_t clock,
    const struct timespec *restrict deadline) {
    if (clock != CLOCK_REALTIME || !is_time_of_day(deadline)) {
        return NEXT(pthread_cond_clockwait)(condition, mutex, clock, deadline);
    }
    int is_still = shift[1] != 0;
    struct timespec moment = unshifted(deadline);
    return outcome(NEXT(pthread_cond_clockwait)(condition, mutex, clock, &moment), is_still, deadline);
}
