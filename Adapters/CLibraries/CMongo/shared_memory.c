/* Keeps libmongoc's counters out of the way.
 *
 * Before main, libmongoc makes a file in shared memory that is named after the process, for a tool that shows its counters.
 * It is removed at an ordered end. A process that is killed leaves it behind, and a later process with the same number
 * then writes a warning to standard error, which no setting of ours can precede.
 *
 * So a file of our number is removed before libmongoc looks, since it can only be of a process that is no more, and once
 * more behind that: what is mapped stays usable without a name, and ends with the process however that ends.
 */
#define _GNU_SOURCE
#include <unistd.h>

static void remove_counters(void) {
    // Written by hand: this runs before the C library has prepared its formatted output.
    static const char start[] = "/dev/shm/mongoc-";
    char name[sizeof start + 20];
    char digits[20];
    unsigned long number = (unsigned long)getpid();
    int count = 0, length = 0;
    for (; start[length]; length++) name[length] = start[length];
    do digits[count++] = (char)('0' + number % 10); while (number /= 10);
    while (count > 0) name[length++] = digits[--count];
    name[length] = 0;
    unlink(name);
}

// Functions in this section run before those of the libraries that a program is linked with.
__attribute__((section(".preinit_array"), used)) static void (*const before_libraries)(void) = remove_counters;

__attribute__((constructor)) static void after_libraries(void) { remove_counters(); }
