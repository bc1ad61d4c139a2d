public import AppRegistry
public import LogCursor
public import LogModel

extension Verification {
    /// Two generations of one object that hold the same lines.
    public struct Repeat: Sendable, Hashable {
        /// The later generation.
        public let later: Cursor
        /// The earlier generation.
        public let earlier: GenerationID
        /// The number of common lines.
        public let lines: Int64
    }

    /// How many earlier generations of an object each one is compared with, the latest of them.
    private static let compared = 16

    /// Finds generations of one object that hold the same lines, and passes each pair to `visit`.
    /// - Parameters:
    ///   - app: the app of the objects; `nil` examines those of all apps.
    ///   - visit: called with each pair.
    /// - Throws: ``StoreError`` when the store cannot be read, `CancellationError`, or the error that `visit` throws.
    public func findRepeats(of app: RegisteredApp?, _ visit: (Repeat) throws -> Void) async throws {
        var several: Set<Place> = []
        try await visitCursors(of: app) { cursor in
            if cursor.ordinal > 1 { several.insert(Place(of: cursor)) }
        }
        guard !several.isEmpty else { return }
        var earlier: [Place: [Cursor]] = [:]
        let lines = SameLines(in: StoredLines(records))
        try await visitCursors(of: app) { cursor in
            let place = Place(of: cursor)
            guard several.contains(place) else { return }
            for before in earlier[place, default: []].suffix(Verification.compared).reversed() {
                let count = try await lines.count(of: before, and: cursor)
                guard count > 0 else { continue }
                try visit(Repeat(later: cursor, earlier: before.generation, lines: count))
                break
            }
            earlier[place, default: []].append(cursor)
        }
    }

    private struct Place: Hashable {
        let source: SourceID
        let object: ObjectKey

        init(of cursor: Cursor) {
            source = cursor.source
            object = cursor.object
        }
    }
}
