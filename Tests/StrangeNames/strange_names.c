/* A library to be preloaded: names of hosts that a process asks for.
 *
 * never.invalid has no answer, ever; ten.invalid has ten addresses, 127.0.0.2 to 127.0.0.11. All others are the system's.
 * Threads that ask for the first one are counted in the file $STRANGE_NAMES_FILE, a byte for each.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The function that this library stands in front of. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void note(void) {
    const char *path = getenv("STRANGE_NAMES_FILE");
    int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644) : -1;
    if (file < 0) return;
    if (write(file, "x", 1) != 1) abort();
    close(file);
}

int getaddrinfo(
    const char *restrict host, const char *restrict service, const struct addrinfo *restrict hints,
    struct addrinfo **restrict list) {
    if (host && strcmp(host, "never.invalid") == 0) {
        note();
        while (1) pause();
    }
    if (!host || strcmp(host, "ten.invalid") != 0) return NEXT(getaddrinfo)(host, service, hints, list);
    struct addrinfo **end = list;
    *list = NULL;
    for (int number = 2; number <= 11; number++) {
        char address[16];
        snprintf(address, sizeof address, "127.0.0.%d", number);
        struct addrinfo numeric = hints ? *hints : (struct addrinfo){0};
        numeric.ai_flags |= AI_NUMERICHOST;
        int code = NEXT(getaddrinfo)(address, service, &numeric, end);
        if (code != 0) return code;
        /* One for each kind of socket when none was asked for. */
        while (*end) end = &(*end)->ai_next;
    }
    return 0;
}
