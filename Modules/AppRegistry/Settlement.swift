import LogModel

/// Makes changes whose answer may be lost on the way, and finds out what became of them.
///
/// A change of which the store does not say what became is read back and, where it is not there, made again: asked for
/// twice it is made now, or meets itself. Reading alone would not tell, since a change may come about while it is read.
struct Settlement: Sendable {
    /// Asks the store for something; whether it is so.
    typealias Step = @Sendable () async throws(StoreError) -> Bool

    let ticks: any Clock<Duration>
    let entropy: any Entropy

    /// How long it is tried to find out; an attempt that is under way then is cancelled.
    static let patience: Duration = .seconds(8)

    /// Makes a change.
    /// - Parameters:
    ///   - change: makes it; `false` says that something stands in its way, which may be the change itself.
    ///   - isDone: looks whether it is made: this one, and not one like it.
    /// - Returns: whether it came about.
    /// - Throws: ``StoreError``; `.outcomeUnknown` when that could not be found out.
    func settle(_ change: @escaping Step, isDone: @escaping Step) async throws(StoreError) -> Bool {
        do {
            return try await change()
        } catch {
            guard error.reason == .outcomeUnknown else { throw error }
            // Who is cancelled, as when the process stops, is told that it is unknown as well.
            let found = try? await within(Settlement.patience, by: ticks) { await findOut(change, isDone) }
            guard let isMade = found ?? nil else { throw error }
            return isMade
        }
    }

    /// What became of a change; `nil` when the task is cancelled before that is known.
    private func findOut(_ change: Step, _ isDone: Step) async -> Bool? {
        var pause: Duration = .milliseconds(100)
        while !Task.isCancelled {
            try? await ticks.sleep(for: pause * (0.5 + Double(entropy.number(below: 1000)) / 1000))
            pause *= 2
            if !Task.isCancelled, let isMade = await attempt(change, isDone) { return isMade }
        }
        return nil
    }

    /// What became of a change; `nil` when the store does not say.
    ///
    /// Apart: Swift 6.3.1 crashes when it optimises a loop around calls that throw typed errors.
    @inline(never)
    private func attempt(_ change: Step, _ isDone: Step) async -> Bool? {
        do {
            if try await isDone() { return true }
            if try await change() { return true }
            // Something stands in its way: another's, or itself, which came about behind the look.
            return try await isDone()
        } catch {
            return nil
        }
    }
}

extension AppStore {
    /// Adds an app; `false` when its name or its id is taken.
    func attempt(_ app: RegisteredApp) async throws(StoreError) -> Bool {
        do {
            try await add(app)
            return true
        } catch {
            guard error.reason == .conflict else { throw error }
            return false
        }
    }
}

extension ClientTokenStore {
    /// Adds a token; `false` when its app is unknown or deleted, or its id is taken.
    func attempt(_ token: ClientToken) async throws(StoreError) -> Bool {
        do {
            try await add(token)
            return true
        } catch {
            guard error.reason == .conflict else { throw error }
            return false
        }
    }
}
