import CoreMetrics

/// Every metric of the service; `Docs/Operations.md` lists the same ones.
public enum ServiceMetric: String, Sendable, CaseIterable {
    case buildInfo = "logferry_build_info"

    case ingestBytes = "logferry_ingest_bytes_total"
    case ingestAccountedBytes = "logferry_ingest_accounted_bytes_total"
    case ingestReconciliationDelta = "logferry_ingest_reconciliation_delta_bytes"
    case ingestRecords = "logferry_ingest_records_total"
    case ingestRejects = "logferry_ingest_rejects_total"
    case ingestSkips = "logferry_ingest_skips_total"
    case ingestRepeatedBatches = "logferry_ingest_repeated_batches_total"
    case ingestGenerations = "logferry_ingest_generations_total"
    case ingestTakeovers = "logferry_ingest_takeovers_total"
    case ingestHiddenTails = "logferry_ingest_hidden_tails_total"
    case ingestObjectFailures = "logferry_ingest_object_failures_total"
    case ingestSourceFailures = "logferry_ingest_source_failures_total"
    case ingestObjects = "logferry_ingest_objects"
    case ingestForeignObjects = "logferry_ingest_foreign_objects"
    case ingestLag = "logferry_ingest_lag_bytes"

    case sourceRequests = "logferry_source_requests_total"
    case sourceRequestDuration = "logferry_source_request_duration_seconds"
    case sourceReceivedBytes = "logferry_source_received_bytes_total"

    case commitDuration = "logferry_commit_duration_seconds"
    case commitFailures = "logferry_commit_failures_total"
    case commitSteps = "logferry_commit_steps_total"

    case oldestCall = "logferry_oldest_call_seconds"
    case lateCalls = "logferry_calls_late_seconds"
    case storeCallsGivenUp = "logferry_store_calls_given_up_total"

    case lockAcquires = "logferry_lock_acquires_total"
    case lockExtends = "logferry_lock_extends_total"
    case lockFenceOnly = "logferry_lock_fence_only"

    case runs = "logferry_runs_total"
    case runDuration = "logferry_run_duration_seconds"
    case runLastSuccess = "logferry_run_last_success_timestamp_seconds"
    case currentRun = "logferry_current_run_seconds"

    case indexRecords = "logferry_index_records_total"
    case indexBytes = "logferry_index_bytes_total"
    case indexRefusedSteps = "logferry_index_refused_steps_total"

    case cleanupRemoved = "logferry_cleanup_removed_total"
    case cleanupRemovedBytes = "logferry_cleanup_removed_bytes_total"
    case cleanupMissedRecords = "logferry_cleanup_missed_records_total"
    case cleanupWaitingRecords = "logferry_cleanup_waiting_records"
    case cleanupFilesLeft = "logferry_cleanup_files_left"

    case sdkInits = "logferry_sdk_inits_total"
    case sdkInitDuration = "logferry_sdk_init_duration_seconds"
    case sdkRepairs = "logferry_sdk_repairs_total"
    case storageRequests = "logferry_storage_requests_total"
    case storageRequestDuration = "logferry_storage_request_duration_seconds"

    case httpRequests = "logferry_http_requests_total"
    case httpRequestDuration = "logferry_http_request_duration_seconds"
    case httpResponseBytes = "logferry_http_response_bytes_total"
    case httpProblems = "logferry_http_problems_total"

    case filesRequests = "logferry_files_requests_total"
    case filesRequestDuration = "logferry_files_request_duration_seconds"
    case filesReceivedBytes = "logferry_files_received_bytes_total"
    case filesSyncDuration = "logferry_files_sync_duration_seconds"
    case filesRefused = "logferry_files_refused_total"
    case filesStoredBytes = "logferry_files_stored_bytes"
    case filesQuotaBytes = "logferry_files_quota_bytes"
    case filesFreeBytes = "logferry_files_free_bytes"
    case filesFullestApp = "logferry_files_fullest_app_ratio"

    case processCPU = "process_cpu_seconds_total"
    case processResidentMemory = "process_resident_memory_bytes"
    case processVirtualMemory = "process_virtual_memory_bytes"
    case processOpenFiles = "process_open_fds"
    case processMaxFiles = "process_max_fds"
    case processStartTime = "process_start_time_seconds"
}

extension ServiceMetric {
    /// Bounds for what takes milliseconds to seconds.
    private static let callBuckets = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Bounds for what takes up to hours.
    private static let runBuckets = [0.01, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600, 14_400]

    /// The metric as the registry has it.
    public var family: MetricFamily {
        switch self {
        case .buildInfo: gauge(["version"], "1, with the version as a label.")
        case .ingestBytes: counter([], "Bytes by which cursors moved.")
        case .ingestAccountedBytes: counter(["kind"], "What those bytes were: record, reject, skip or separator.")
        case .ingestReconciliationDelta: gauge([], "Bytes by which cursors moved less what those were: 0 always.")
        case .ingestRecords: counter([], "Lines stored as records.")
        case .ingestRejects: counter(["reason"], "Ranges kept as rejects, by reason.")
        case .ingestSkips: counter([], "Ranges skipped: blank lines, runs of NUL, control lines, repeated batches.")
        case .ingestRepeatedBatches: counter([], "Batches of SDKs skipped because they had been taken before.")
        case .ingestGenerations: counter(["reason"], "Objects that were read anew from their start, by reason.")
        case .ingestTakeovers: counter([], "Steps of cursors that were dropped because another worker had taken over.")
        case .ingestHiddenTails: counter([], "Damaged objects found to hold bytes behind the end that they show.")
        case .ingestObjectFailures: counter([], "Objects that could not be followed to their end in a visit.")
        case .ingestSourceFailures: counter([], "Sources that could not be listed to their end.")
        case .ingestObjects: gauge(["state"], "Objects by how they stood at the latest visit of their source.")
        case .ingestForeignObjects: gauge([], "Names in the sources that are no log files, at the latest visits.")
        case .ingestLag: gauge([], "Bytes in the sources that are not taken yet, over all objects listed.")
        case .sourceRequests: counter(["operation", "outcome"], "Requests to sources, by what came of them.")
        case .sourceRequestDuration: histogram(["operation"], "Time that requests to sources took.")
        case .sourceReceivedBytes: counter([], "Bytes received from sources, those read again included.")
        case .commitDuration: histogram([], "Time that commits to the store took, failed ones included.")
        case .commitFailures: counter(["reason"], "Commits that did not go through, by reason.")
        case .commitSteps: counter(["outcome"], "Steps of cursors in commits, by what came of them.")
        case .lateCalls:
            gauge(["backend"], "How long calls have lasted ten seconds, one after the other; 0 when none does.")
        case .oldestCall: gauge(["backend"], "How long the oldest call under way has lasted, 0 when there is none.")
        case .storeCallsGivenUp: counter(["backend", "reason"], "Calls to the store given up without an answer.")
        case .lockAcquires: counter(["outcome"], "Attempts to take a lock, by what came of them.")
        case .lockExtends: counter(["outcome"], "Attempts to prolong a lock, by what came of them.")
        case .lockFenceOnly: gauge([], "1 while work goes on without locks, since their servers are down.")
        case .runs: counter(["kind", "state"], "Runs that ended, by kind and state; skipped ones never began.")
        case .runDuration: histogram(["kind"], "Time that runs took.", ServiceMetric.runBuckets)
        case .runLastSuccess: gauge(["kind"], "When the latest run without a failure ended, since 1970.")
        case .currentRun: gauge(["kind"], "How long the attempt under way has lasted, 0 when there is none.")
        case .indexRecords: counter([], "Records that came into the field catalogue.")
        case .indexBytes: counter([], "Bytes of lines that came into the field catalogue.")
        case .indexRefusedSteps: counter([], "Steps of the catalogue that another worker had done before.")
        case .cleanupRemoved: counter(["kind"], "What was removed: record, reject, run, cursor or file.")
        case .cleanupRemovedBytes: counter(["kind"], "Bytes of the records and files that were removed.")
        case .cleanupMissedRecords: counter([], "Records that went before a follower had seen them.")
        case .cleanupWaitingRecords: gauge([], "Old records that wait for a follower, at the latest run.")
        case .cleanupFilesLeft: gauge(["reason"], "Old files that could not be removed, at the latest run.")
        case .sdkInits: counter(["outcome"], "Inits of SDKs, by what came of them.")
        case .sdkInitDuration: histogram([], "Time that inits took, those over the rate not counted.")
        case .sdkRepairs: counter(["part"], "Parts of what lets SDKs write that were lost and made again.")
        case .storageRequests: counter(["operation", "outcome"], "Requests to the file store's administration.")
        case .storageRequestDuration: histogram(["operation"], "Time that those requests took.")
        case .httpRequests: counter(["route", "method", "status"], "Requests answered, by template and status class.")
        case .httpRequestDuration: histogram(["route", "method"], "Time from a request's head to its answer's end.")
        case .httpResponseBytes: counter(["route"], "Bytes in the bodies of answers.")
        case .httpProblems: counter(["code"], "Answers that were problems, by their code.")
        case .filesRequests: counter(["operation", "outcome"], "Requests to our file store, by what came of them.")
        case .filesRequestDuration: histogram(["operation"], "Time until their answers began.")
        case .filesReceivedBytes: counter(["operation"], "Bytes of the uploads that our file store took.")
        case .filesSyncDuration: histogram([], "Time that uploads waited until the disk had them.")
        case .filesRefused: counter(["limit"], "Uploads refused since a limit was reached.")
        case .filesStoredBytes: gauge([], "Bytes of the files in our file store, uploads in progress included.")
        case .filesQuotaBytes: gauge([], "Bytes that those may grow to.")
        case .filesFreeBytes: gauge([], "Bytes that the disk of our file store has left.")
        case .filesFullestApp: gauge([], "Largest share that an app has used of its quota, from 0 to 1.")
        case .processCPU: counter([], "Processor time used.")
        case .processResidentMemory: gauge([], "Memory in RAM.")
        case .processVirtualMemory: gauge([], "Address space.")
        case .processOpenFiles: gauge([], "Open file descriptors.")
        case .processMaxFiles: gauge([], "File descriptors that may be open.")
        case .processStartTime: gauge([], "When the process started, since 1970.")
        }
    }

    private func counter(_ labels: [String], _ help: String) -> MetricFamily {
        MetricFamily(rawValue, .counter, labels: labels, help: help)
    }

    private func gauge(_ labels: [String], _ help: String) -> MetricFamily {
        MetricFamily(rawValue, .gauge, labels: labels, help: help)
    }

    private func histogram(
        _ labels: [String], _ help: String, _ buckets: [Double] = ServiceMetric.callBuckets
    ) -> MetricFamily {
        MetricFamily(rawValue, .histogram, labels: labels, help: help, buckets: buckets)
    }
}

extension ServiceMetric {
    // Handles are made once and held: looking one up costs a dictionary and a lock.

    func counter(_ factory: any MetricsFactory, _ labels: [(String, String)] = []) -> Counter {
        Counter(label: rawValue, dimensions: labels, factory: factory)
    }

    func gauge(_ factory: any MetricsFactory, _ labels: [(String, String)] = []) -> Meter {
        Meter(label: rawValue, dimensions: labels, factory: factory)
    }

    func timer(_ factory: any MetricsFactory, _ labels: [(String, String)] = []) -> Timer {
        Timer(label: rawValue, dimensions: labels, factory: factory)
    }

    /// One counter for each word that a label may have.
    func counters<Word: Hashable & RawRepresentable<String>>(
        _ factory: any MetricsFactory, by label: String, _ words: some Sequence<Word>, and more: [(String, String)] = []
    ) -> [Word: Counter] {
        Dictionary(uniqueKeysWithValues: words.map { ($0, counter(factory, [(label, $0.rawValue)] + more)) })
    }
}

extension Timer {
    /// Records how long something took.
    func record(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }

    /// Records how long something took that began at `start`.
    func record(since start: ContinuousClock.Instant) { record(ContinuousClock.now - start) }
}
