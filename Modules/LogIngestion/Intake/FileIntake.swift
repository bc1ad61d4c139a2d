public import AppRegistry
import LogCursor
import LogModel

/// Takes local files in, each as an object of its own, from its cursor to its end.
public struct FileIntake: Sendable {
    /// A file that is to be taken in.
    public struct Input: Sendable {
        /// The path that stands for standard input.
        public static let standardInput = "-"

        let path: String
        let source: Result<any ObjectSource, any Error>

        /// Names an input.
        /// - Parameters:
        ///   - path: the path as it was given, or ``standardInput``.
        ///   - source: where its object is, the only one there, or why it cannot be had.
        public init(path: String, source: Result<any ObjectSource, any Error>) {
            self.path = path
            self.source = source
        }
    }

    private let inputs: [Input]
    private let takesAnything: Bool
    private let intake: ObjectIntake
    private let apps: AppRegistrar

    /// Puts an intake together.
    /// - Parameters:
    ///   - inputs: what is to be taken in, in this order.
    ///   - takesAnything: whether files are taken that seem to be no NDJSON.
    ///   - intake: takes one object in.
    ///   - apps: tells to which app a file belongs that was taken for another one.
    public init(inputs: [Input], takesAnything: Bool, intake: ObjectIntake, apps: AppRegistrar) {
        self.inputs = inputs
        self.takesAnything = takesAnything
        self.intake = intake
        self.apps = apps
    }

    /// How far a file is taken.
    public struct Progress: Sendable {
        /// The file's real path.
        public let path: String
        /// How many bytes it has.
        public let size: Int64
        /// How many of them are taken.
        public let position: Int64
        /// How many records it gave, those of earlier times included.
        public let records: Int64
        /// How many rejects it gave, those of earlier times included.
        public let rejects: Int64
    }

    /// What taking one input brought.
    public struct Outcome: Sendable {
        /// What was taken; `nil` when the input could not be opened, or is an empty standard input.
        public var report: IntakeReport?
        /// The real path, or the path as it was given when there is none; `-` is standard input.
        public var path: String
        /// Why it is not taken to its end.
        public var failure: (any Error)?
        /// The name of the app that has it, when it was taken for another one that is not deleted.
        public var otherApp: String?
    }

    /// Takes the inputs for an app, one after the other; one that fails leaves the others alone.
    /// - Parameters:
    ///   - app: the app that the lines belong to.
    ///   - progress: told how far a file is scanned.
    /// - Returns: an outcome for each input, in order.
    public func run(
        for app: RegisteredApp, progress: @escaping @Sendable (Progress) -> Void
    ) async -> [Outcome] {
        var outcomes: [Outcome] = []
        for input in inputs { outcomes.append(await take(input, for: app, progress: progress)) }
        return outcomes
    }

    private func take(
        _ input: Input, for app: RegisteredApp, progress: @escaping @Sendable (Progress) -> Void
    ) async -> Outcome {
        var outcome = Outcome(path: input.path)
        do {
            let source = try input.source.get()
            var found: SourceObject?
            try await source.list { found = $0.objects.first }
            guard let object = found else { return outcome }
            if input.path != Input.standardInput { outcome.path = object.key.text }
            let path = outcome.path
            let report = await intake.take(object, of: source, for: app.id, takesAnything: takesAnything) { state in
                progress(
                    Progress(
                        path: path, size: object.size, position: state.position, records: state.counts.records,
                        rejects: state.counts.rejects))
            }
            outcome.report = report
            outcome.failure = report.failure
            if case .otherApp(let id)? = report.failure as? IntakeFailure {
                outcome.otherApp = try? await apps.find(id.text).name.text
            }
        } catch {
            outcome.failure = error
        }
        return outcome
    }
}
