#ifndef LOGFERRY_CCONCURRENCYHOOKS_H
#define LOGFERRY_CCONCURRENCYHOOKS_H

/// Takes a job that the calling thread wants to have run.
typedef void (*logferry_job_taker)(void *_Nonnull context, void *_Nonnull job);

/// From now on jobs that this thread gives to the global executor go to `take` instead; other threads are unaffected.
void logferry_capture_jobs(logferry_job_taker _Nonnull take, void *_Nonnull context);

/// From now on this thread's jobs go to the global executor again.
void logferry_release_jobs(void);

/// Runs a captured job up to its next suspension, on the calling thread.
void logferry_run_job(void *_Nonnull job);

#endif
