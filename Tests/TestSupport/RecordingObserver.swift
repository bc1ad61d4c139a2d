import InMemoryAdapter
public import LogIngestion
import LogModel

/// Keeps all events that it is told of.
public final class RecordingObserver: IngestionObserver {
    private let kept = Locked<[IngestionEvent]>([])

    /// An observer that was told nothing.
    public init() {}

    /// Keeps an event.
    public func observe(_ event: IngestionEvent) {
        kept.withLock { $0.append(event) }
    }

    /// The events so far, in order.
    public var events: [IngestionEvent] { kept.withLock { $0 } }

    /// The names of the objects that failed, in order.
    public var failedObjects: [String] {
        events.compactMap { event in
            if case .objectFailed(_, let object, _, _) = event { object.text } else { nil }
        }
    }

    /// How long the object that failed last waits before it is tried again.
    public var lastWait: Duration? {
        events.reversed().lazy.compactMap { event in
            if case .objectFailed(_, _, _, let wait) = event { wait } else { nil }
        }.first
    }

    /// How many generations began.
    public var generationsBegun: Int {
        events.count { event in
            if case .generationBegan = event { true } else { false }
        }
    }

    /// How often a step was refused since another worker had taken over.
    public var takeovers: Int {
        events.count { event in
            if case .takenOver = event { true } else { false }
        }
    }

    /// How many bytes were found hidden, each time that some were.
    public var hiddenBytes: [Int64] {
        events.compactMap { event in
            if case .hiddenBytes(_, _, let count) = event { count } else { nil }
        }
    }
}
