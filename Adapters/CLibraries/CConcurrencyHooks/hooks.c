#include "CConcurrencyHooks.h"

#include <pthread.h>
#include <stddef.h>
#include <stdint.h>

// The runtime offers this hook so that somebody else can decide where jobs without an executor of their own run.
#define SWIFTCALL __attribute__((swiftcall))

typedef SWIFTCALL void (*original_enqueue)(void *job);
typedef SWIFTCALL void (*enqueue_hook)(void *job, original_enqueue original);

extern enqueue_hook swift_task_enqueueGlobal_hook;
extern SWIFTCALL void swift_job_run(void *job, void *executor_identity, uintptr_t executor_implementation);

static _Thread_local logferry_job_taker taker;
static _Thread_local void *taker_context;
static pthread_once_t installed = PTHREAD_ONCE_INIT;

static SWIFTCALL void enqueue(void *job, original_enqueue original) {
    if (taker != NULL) {
        taker(taker_context, job);
    } else {
        original(job);
    }
}

static void install(void) { swift_task_enqueueGlobal_hook = enqueue; }

void logferry_capture_jobs(logferry_job_taker take, void *context) {
    pthread_once(&installed, install);
    taker_context = context;
    taker = take;
}

void logferry_release_jobs(void) {
    taker = NULL;
    taker_context = NULL;
}

// An executor of two zero words is the generic one.
void logferry_run_job(void *job) { swift_job_run(job, NULL, 0); }
